{#
    Month × tier before (and all): the same counts over the trailing year, for
    a month alone is too small to read.
#}
with

int_returns as (
    select
        month,
        tier,
        moments,
        returned,
        calm_moments,
        calm_returned
    from {{ ref('int_returns') }}
),

lapse_rules as (
    select annual_months
    from {{ ref('lapse_rules') }}
),

year_returns as (
    select
        int_returns.month,
        int_returns.tier,
        sum(earlier.moments) as moments,
        sum(earlier.returned) as returned,
        sum(earlier.calm_moments) as calm_moments,
        sum(earlier.calm_returned) as calm_returned
    from int_returns
    cross join lapse_rules
    inner join int_returns as earlier
        on
            int_returns.tier = earlier.tier
            and int_returns.month >= earlier.month
            and {{ add_months(
                'int_returns.month', '-lapse_rules.annual_months'
            ) }} < earlier.month
    group by int_returns.month, int_returns.tier
)

select * from year_returns
