{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_customer_month_status as (
    select * from {{ ref('int_customer_month_status') }}
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
        int_customer_month_status.customer_id,
        int_customer_month_status.month,
        int_customer_month_status.is_complete_month,
        {{ customer_status(
            'int_customer_month_status.as_of_date', 'int_customer_month_status.month'
        ) }} as status,
        int_customer_month_status.last_order_on,
        int_customer_month_status.expected_gap_days,
        int_customer_month_status.lapsing_on,
        int_customer_month_status.lapsed_on,
        int_customer_month_status.returned_on,
        int_customer_month_status.contract_ended_on,
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
    from int_customer_month_status
    cross join segment_thresholds
    left join int_sales_months
        on
            int_customer_month_status.customer_id = int_sales_months.customer_id
            and int_customer_month_status.month = int_sales_months.month
)

select * from customer_attrition
