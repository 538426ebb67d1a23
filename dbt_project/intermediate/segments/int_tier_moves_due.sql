{#
    Due customer × month that ends in another tier than the month before, with
    the return_days before its end, in which its cause may be looked for.
#}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month
    from {{ ref('int_due_spine') }}
    where is_due
),

customer_segments as (
    select
        customer_id,
        month,
        is_complete_month,
        previous_tier,
        tier
    from {{ ref('customer_segments') }}
    where previous_tier <> tier
),

segment_thresholds as (
    select return_days
    from {{ ref('segment_thresholds') }}
),

due_moves as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        customer_segments.is_complete_month,
        customer_segments.previous_tier,
        customer_segments.tier,
        int_due_spine.next_month - segment_thresholds.return_days as heard_from,
        int_due_spine.next_month as heard_until
    from int_due_spine
    cross join segment_thresholds
    inner join customer_segments
        on
            int_due_spine.customer_id = customer_segments.customer_id
            and int_due_spine.month = customer_segments.month
)

select * from due_moves
