{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month,
        as_of_date,
        is_complete_month
    from {{ ref('int_due_spine') }}
    where is_due
),

int_customers as (
    select
        customer_id,
        contract_ended_on
    from {{ ref('int_customers') }}
),

int_lapse_dates as (
    select * from {{ ref('int_lapse_dates') }}
),

int_sales_months as (
    select * from {{ ref('int_sales_months') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

{# The stretch without an order that the month's end falls into. #}
standings as (
    select
        int_due_spine.*,
        int_customers.contract_ended_on,
        int_lapse_dates.ordered_on as last_order_on,
        int_lapse_dates.expected_gap_days,
        int_lapse_dates.lapsing_on,
        int_lapse_dates.lapsed_on,
        int_lapse_dates.returned_on
    from int_due_spine
    inner join int_customers
        on int_due_spine.customer_id = int_customers.customer_id
    inner join int_lapse_dates
        on
            int_due_spine.customer_id = int_lapse_dates.customer_id
            and int_due_spine.next_month > int_lapse_dates.starts_on
            and int_due_spine.next_month
            <= coalesce(int_lapse_dates.next_starts_on, 'infinity')
),

customer_attrition as (
    select
        standings.customer_id,
        standings.month,
        standings.is_complete_month,
        {{ customer_status('standings.as_of_date', 'standings.month') }}
            as status,
        standings.last_order_on,
        standings.expected_gap_days,
        standings.lapsing_on,
        standings.lapsed_on,
        standings.returned_on,
        standings.contract_ended_on,
        {{ whole('coalesce(int_sales_months.orders, 0)') }} as orders,
        {{ money('coalesce(int_sales_months.revenue, 0)') }} as revenue,
        {{ whole('coalesce(int_sales_months.unconverted_orders, 0)') }}
            as unconverted_orders,
        {{ whole('coalesce(int_sales_months.orders_12m, 0)') }} as orders_12m,
        {{ money('coalesce(int_sales_months.revenue_12m, 0)') }}
            as revenue_12m,
        {{ whole('coalesce(int_sales_months.channels_12m, 0)') }}
            as channels_12m,
        segment_thresholds.method_version
    from standings
    cross join segment_thresholds
    left join int_sales_months
        on
            standings.customer_id = int_sales_months.customer_id
            and standings.month = int_sales_months.month
)

select * from customer_attrition
