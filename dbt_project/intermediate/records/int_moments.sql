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
with recursive

int_contact_days as (
    select * from {{ ref('int_contact_days') }}
),

int_sales as (
    select * from {{ ref('int_sales') }}
),

segment_thresholds as (
    select return_days
    from {{ ref('segment_thresholds') }}
),

{#
    Of several negative days within return_days only the first counts: it opens
    a time of its own, and the next one to count is the first after that time.
#}
successors as (
    select
        earlier.customer_id,
        earlier.heard_on,
        min(later.heard_on) as next_on
    from int_contact_days as earlier
    cross join segment_thresholds
    inner join int_contact_days as later
        on
            earlier.customer_id = later.customer_id
            and earlier.heard_on + segment_thresholds.return_days
            < later.heard_on
    where earlier.is_negative and later.is_negative
    group by earlier.customer_id, earlier.heard_on
),

counted as (
    select
        customer_id,
        min(heard_on) as heard_on
    from int_contact_days
    where is_negative
    group by customer_id
    union all
    select
        counted.customer_id,
        successors.next_on as heard_on
    from counted
    inner join successors
        on
            counted.customer_id = successors.customer_id
            and counted.heard_on = successors.heard_on
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
        counted.heard_on is not null as is_counted,
        next_orders.next_order_on
    from int_contact_days
    cross join segment_thresholds
    left join counted
        on
            int_contact_days.customer_id = counted.customer_id
            and int_contact_days.heard_on = counted.heard_on
    left join next_orders
        on
            int_contact_days.customer_id = next_orders.customer_id
            and int_contact_days.heard_on = next_orders.heard_on
)

select * from moments
