{#
    Currency × stretch of days: what one unit is worth in the reporting currency,
    which is worth one of itself.
#}
with

int_reporting_currency as (
    select currency
    from {{ ref('int_reporting_currency') }}
    where currency is not null
),

currency_rates as (
    select
        {{ normal_currency('currency') }} as currency,
        {{ normal_currency('reporting_currency') }} as reporting_currency,
        valid_from,
        rate
    from {{ ref('currency_rates') }}
),

rates as (
    select
        currency_rates.currency,
        currency_rates.valid_from,
        coalesce(lead(currency_rates.valid_from) over (
            partition by currency_rates.currency
            order by currency_rates.valid_from
        ), 'infinity') as valid_until,
        currency_rates.rate
    from currency_rates
    inner join int_reporting_currency
        on currency_rates.reporting_currency = int_reporting_currency.currency
    where currency_rates.currency <> currency_rates.reporting_currency
    union all
    select
        currency,
        date '-infinity' as valid_from,
        date 'infinity' as valid_until,
        1 as rate
    from int_reporting_currency
)

select * from rates
