{#
    Month × tier before (and all): moments whose return_days are over, and how
    many of them an order followed within those days.
#}
with

int_moment_outcomes as (
    select
        month,
        is_complete_month,
        tier,
        moment,
        days_to_return,
        is_over,
        has_returned
    from {{ ref('int_moment_outcomes') }}
),

returns as (
    select
        month,
        is_complete_month,
        coalesce(tier, 'all') as tier,
        count(*) filter (where moment = 'negative' and is_over) as moments,
        count(*) filter (where moment = 'negative' and not is_over)
            as open_moments,
        count(*) filter (where moment = 'negative' and is_over and has_returned)
            as returned,
        percentile_cont(0.5) within group (order by days_to_return) filter (
            where moment = 'negative' and is_over and has_returned
        ) as median_days_to_return,
        count(*) filter (where moment = 'calm' and is_over) as calm_moments,
        count(*) filter (where moment = 'calm' and is_over and has_returned)
            as calm_returned
    from int_moment_outcomes
    group by
        grouping sets (
            (month, is_complete_month, tier), (month, is_complete_month)
        )
)

select * from returns
