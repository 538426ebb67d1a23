{#
    The rates this build works with. Put in place only once int_months_due has
    seen how they differ from the rates of the build before, so that a build
    that breaks off loses no difference.
#}
-- depends_on: {{ ref('int_months_due') }}
with

int_currency_rates_current as (
    select
        currency,
        valid_from,
        valid_until,
        rate
    from {{ ref('int_currency_rates_current') }}
)

select * from int_currency_rates_current
