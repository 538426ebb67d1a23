{#
    Currency × stretch of days: what one unit is worth in the reporting currency,
    which is worth one of itself, always. The seed says which one that is; else
    the rates do, where they lead to one; else most orders, of equals the one that
    was there first. Nothing where no order names a currency.
#}
with

reporting_rules as (
    select reporting_currency
    from {{ ref('reporting_rules') }}
),

currency_rates as (
    select
        {{ normal_currency('currency') }} as currency,
        {{ normal_currency('reporting_currency') }} as reporting_currency,
        valid_from,
        rate
    from {{ ref('currency_rates') }}
),

orders as (
    {{ orders_outside_graph() }}
),

only_target as (
    select min(reporting_currency) as currency
    from currency_rates
    having count(distinct reporting_currency) = 1
),

commonest as (
    select currency
    from orders
    where currency is not null
    group by currency
    order by count(*) desc, min(ordered_on) asc, currency asc
    limit 1
),

reporting_currency as (
    select
        coalesce(
            {{ normal_currency('reporting_rules.reporting_currency') }},
            only_target.currency,
            commonest.currency
        ) as currency
    from reporting_rules
    left join only_target
        on true
    left join commonest
        on true
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
    inner join reporting_currency
        on currency_rates.reporting_currency = reporting_currency.currency
    where currency_rates.currency <> currency_rates.reporting_currency
    union all
    select
        currency,
        date '-infinity' as valid_from,
        date 'infinity' as valid_until,
        1 as rate
    from reporting_currency
    where currency is not null
)

select * from rates
