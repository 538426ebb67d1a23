{#
    Due customer × month that ends in another tier than the month before, with
    the return_days before its end, in which its cause may be looked for.
#}
with

int_tiers as (
    select
        customer_id,
        month,
        is_complete_month,
        previous_tier,
        tier,
        {{ add_months('month', 1) }} as next_month
    from {{ ref('int_tiers') }}
    where previous_tier <> tier
),

segment_thresholds as (
    select return_days
    from {{ ref('segment_thresholds') }}
),

due_moves as (
    select
        int_tiers.customer_id,
        int_tiers.month,
        int_tiers.is_complete_month,
        int_tiers.previous_tier,
        int_tiers.tier,
        int_tiers.next_month - segment_thresholds.return_days as heard_from,
        int_tiers.next_month as heard_until
    from int_tiers
    cross join segment_thresholds
)

select * from due_moves
