{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
) }}
{#
    Every day on which a customer was heard, with the day of the next order,
    recomputed for those who are due. An order of the same day may be what the
    customer speaks about, so only a later one is a return.
#}
with

int_contact_days as (
    select
        customer_id,
        heard_on,
        is_negative
    from {{ ref('int_contact_days') }}
),

int_sales as (
    select
        customer_id,
        ordered_on
    from {{ ref('int_sales') }}
),

int_counted_moments as (
    select
        customer_id,
        heard_on
    from {{ ref('int_counted_moments') }}
),

segment_thresholds as (
    select return_days
    from {{ ref('segment_thresholds') }}
),

next_orders as (
    select
        int_contact_days.customer_id,
        int_contact_days.heard_on,
        min(int_sales.ordered_on) as next_order_on
    from int_contact_days
    inner join int_sales
        on
            int_contact_days.customer_id = int_sales.customer_id
            and int_contact_days.heard_on < int_sales.ordered_on
    group by int_contact_days.customer_id, int_contact_days.heard_on
),

moments as (
    select
        int_contact_days.customer_id,
        int_contact_days.heard_on as moment_on,
        int_contact_days.heard_on
        + segment_thresholds.return_days as return_until,
        int_contact_days.is_negative,
        int_counted_moments.heard_on is not null as is_counted,
        next_orders.next_order_on
    from int_contact_days
    cross join segment_thresholds
    left join int_counted_moments
        on
            int_contact_days.customer_id = int_counted_moments.customer_id
            and int_contact_days.heard_on = int_counted_moments.heard_on
    left join next_orders
        on
            int_contact_days.customer_id = next_orders.customer_id
            and int_contact_days.heard_on = next_orders.heard_on
)

select * from moments
