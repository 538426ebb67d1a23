{#
    One row, the currency in which money is added up; null where no order names
    one. The seed says which; else the rates do, where they lead to one; else most
    orders, of equals the one that was there first.
#}
with

reporting_rules as (
    select reporting_currency
    from {{ ref('reporting_rules') }}
),

currency_rates as (
    select
        case
            when count(distinct reporting_currency) = 1
                then min(reporting_currency)
        end as reporting_currency
    from {{ ref('currency_rates') }}
),

orders as (
    {{ orders_outside_graph() }}
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
            {{ normal_currency('currency_rates.reporting_currency') }},
            commonest.currency
        ) as currency
    from reporting_rules
    cross join currency_rates
    left join commonest
        on true
)

select * from reporting_currency
