{# Customer × month, due rows: sales in it and in the trailing year. #}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month
    from {{ ref('int_due_spine') }}
    where is_due
),

int_sales as (
    select
        customer_id,
        ordered_on,
        amount,
        order_channel
    from {{ ref('int_sales') }}
),

lapse_rules as (
    select annual_months
    from {{ ref('lapse_rules') }}
),

sales_months as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        count(*) filter (
            where int_sales.ordered_on >= int_due_spine.month
        ) as orders,
        coalesce(sum(int_sales.amount) filter (
            where int_sales.ordered_on >= int_due_spine.month
        ), 0) as revenue,
        count(*) filter (
            where int_sales.ordered_on >= int_due_spine.month
            and int_sales.amount is null
        ) as unconverted_orders,
        count(*) as orders_12m,
        coalesce(sum(int_sales.amount), 0) as revenue_12m,
        count(distinct int_sales.order_channel) as channels_12m
    from int_due_spine
    cross join lapse_rules
    inner join int_sales
        on
            int_due_spine.customer_id = int_sales.customer_id
            and {{ in_trailing_window(
                'int_sales.ordered_on',
                'int_due_spine.next_month',
                'lapse_rules.annual_months'
            ) }}
    group by int_due_spine.customer_id, int_due_spine.month
)

select * from sales_months
