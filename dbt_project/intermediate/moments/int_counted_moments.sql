{#
    Due customer × negative day that counts as a moment. Of several within
    return_days only the first does: it opens a time of its own, and the next
    one to count is the first after that time is over.
#}
with recursive

negative_days as (
    select
        customer_id,
        heard_on
    from {{ ref('int_contact_days') }}
    where is_negative
),

segment_thresholds as (
    select return_days
    from {{ ref('segment_thresholds') }}
),

successors as (
    select
        negative_days.customer_id,
        negative_days.heard_on,
        min(later.heard_on) as next_on
    from negative_days
    cross join segment_thresholds
    inner join negative_days as later
        on
            negative_days.customer_id = later.customer_id
            and negative_days.heard_on + segment_thresholds.return_days
            < later.heard_on
    group by negative_days.customer_id, negative_days.heard_on
),

counted as (
    select
        customer_id,
        min(heard_on) as heard_on
    from negative_days
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
)

select * from counted
