{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_standings as (
    select * from {{ ref('int_standings') }}
),

int_sales_months as (
    select * from {{ ref('int_sales_months') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

customer_attrition as (
    select
        int_standings.customer_id,
        int_standings.month,
        int_standings.is_complete_month,
        {{ customer_status(
            'int_standings.as_of_date', 'int_standings.month'
        ) }} as status,
        int_standings.last_order_on,
        int_standings.expected_gap_days,
        int_standings.lapsing_on,
        int_standings.lapsed_on,
        int_standings.returned_on,
        int_standings.contract_ended_on,
        {{ whole('coalesce(int_sales_months.orders, 0)') }} as orders,
        {{ money('coalesce(int_sales_months.revenue, 0)') }}
            as revenue,
        {{ whole('coalesce(int_sales_months.unconverted_orders, 0)') }}
            as unconverted_orders,
        {{ whole('coalesce(int_sales_months.orders_12m, 0)') }}
            as orders_12m,
        {{ money('coalesce(int_sales_months.revenue_12m, 0)') }}
            as revenue_12m,
        {{ whole('coalesce(int_sales_months.channels_12m, 0)') }}
            as channels_12m,
        segment_thresholds.method_version
    from int_standings
    cross join segment_thresholds
    left join int_sales_months
        on
            int_standings.customer_id = int_sales_months.customer_id
            and int_standings.month = int_sales_months.month
)

select * from customer_attrition
