{#
    Due customer × day with an order: the customer's own rhythm as of that day, a
    quantile of the most recent gaps between orders, within the seed's floor
    and cap; the seed's default where there are too few gaps to know.
#}
with

int_sales as (
    select
        customer_id,
        ordered_on
    from {{ ref('int_sales') }}
),

int_due_customers as (
    select customer_id
    from {{ ref('int_due_customers') }}
),

lapse_rules as (
    select * from {{ ref('lapse_rules') }}
),

order_days as (
    select distinct
        int_sales.customer_id,
        int_sales.ordered_on
    from int_sales
    inner join int_due_customers
        on int_sales.customer_id = int_due_customers.customer_id
),

numbered as (
    select
        customer_id,
        ordered_on,
        ordered_on - lag(ordered_on) over orders_of_customer as gap_days,
        row_number() over orders_of_customer as order_number
    from order_days
    window orders_of_customer as (
        partition by customer_id
        order by ordered_on
    )
),

{# A gap still counts at the orders that follow, recent_gaps of them. #}
rhythms as (
    select
        numbered.customer_id,
        numbered.order_number + later.orders_later as order_number,
        count(*) as gaps,
        percentile_disc(lapse_rules.gap_quantile) within group (
            order by numbered.gap_days
        ) as gap_days
    from numbered
    cross join lapse_rules
    cross join
        lateral {{ number_spine(0, 'lapse_rules.recent_gaps - 1') }}
            as later (orders_later)
    where numbered.gap_days is not null
    group by
        numbered.customer_id,
        numbered.order_number + later.orders_later,
        lapse_rules.gap_quantile
),

expected as (
    select
        numbered.customer_id,
        numbered.ordered_on,
        case
            when rhythms.gaps >= lapse_rules.minimum_gaps
                then {{ between_bounds(
                    'rhythms.gap_days',
                    'lapse_rules.gap_floor_days',
                    'lapse_rules.gap_cap_days'
                ) }}
            else lapse_rules.default_gap_days
        end as expected_gap_days
    from numbered
    cross join lapse_rules
    left join rhythms
        on
            numbered.customer_id = rhythms.customer_id
            and numbered.order_number = rhythms.order_number
)

select * from expected
