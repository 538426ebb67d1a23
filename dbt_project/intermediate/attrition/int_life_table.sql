{#
    Tier at entry (and all) × months since: who was still there to leave in
    that month, who left in it, and whose time ends with it unfinished.
#}
with

int_survival_observations as (
    select
        entry_tier,
        months_since,
        has_left
    from {{ ref('int_survival_observations') }}
),

ended as (
    select
        months_since,
        coalesce(entry_tier, 'all') as tier,
        count(*) filter (where has_left) as left_customers,
        count(*) filter (where not has_left) as censored
    from int_survival_observations
    group by grouping sets ((entry_tier, months_since), (months_since))
),

longest as (
    select
        tier,
        max(months_since) as months_since
    from ended
    group by tier
),

life_table as (
    select
        longest.tier,
        every_month.months_since,
        coalesce(ended.left_customers, 0) as left_customers,
        coalesce(ended.censored, 0) as censored,
        sum(coalesce(ended.left_customers + ended.censored, 0)) over (
            partition by longest.tier
            order by every_month.months_since desc
        ) as at_risk
    from longest
    cross join
        lateral {{ number_spine(0, 'longest.months_since') }}
            as every_month (months_since)
    left join ended
        on
            longest.tier = ended.tier
            and every_month.months_since = ended.months_since
)

select * from life_table
