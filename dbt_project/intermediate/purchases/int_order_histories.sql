{#
    Customer: when they bought, up to the end of the last complete month, as a
    model of repeat buying needs it: first day, last day, days with an order,
    and what they bring. Days, not orders: two orders of one day are one visit.
#}
with

int_sales as (
    select
        customer_id,
        ordered_on,
        amount
    from {{ ref('int_sales') }}
),

last_month as (
    select
        month,
        next_month
    from {{ ref('int_driver_months') }}
    where is_latest
),

order_histories as (
    select
        last_month.month,
        int_sales.customer_id,
        last_month.next_month as observed_until,
        min(int_sales.ordered_on) as first_order_on,
        max(int_sales.ordered_on) as last_order_on,
        count(distinct int_sales.ordered_on) as order_days,
        count(*) as orders,
        count(*) filter (where int_sales.amount is null) as unconverted_orders,
        coalesce(sum(int_sales.amount), 0) as revenue,
        count(distinct int_sales.ordered_on) filter (
            where int_sales.amount > 0
        ) as paid_days,
        coalesce(sum(int_sales.amount) filter (where int_sales.amount > 0), 0)
            as paid
    from int_sales
    inner join last_month
        on int_sales.ordered_on < last_month.next_month
    group by
        last_month.month,
        last_month.next_month,
        int_sales.customer_id
)

select * from order_histories
