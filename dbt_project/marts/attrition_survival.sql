with

int_life_table as (
    select
        tier,
        months_since,
        at_risk,
        left_customers,
        censored
    from {{ ref('int_life_table') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

estimates as (
    select
        *,
        {{ kaplan_meier('since_entry') }} as estimate,
        {{ greenwood('since_entry') }} as variance
    from int_life_table
    window since_entry as (
        partition by tier
        order by months_since
    )
),

attrition_survival as (
    select
        estimates.tier,
        cast(estimates.months_since as integer) as months_since,
        cast(estimates.at_risk as integer) as at_risk,
        cast(estimates.left_customers as integer) as left_customers,
        cast(estimates.censored as integer) as censored,
        cast(estimates.estimate as numeric(9, 6)) as survival,
        cast({{ survival_end(
            'estimates.estimate', 'estimates.variance', 'low'
        ) }} as numeric(9, 6)) as survival_low,
        cast({{ survival_end(
            'estimates.estimate', 'estimates.variance', 'high'
        ) }} as numeric(9, 6)) as survival_high,
        estimates.at_risk < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from estimates
    cross join segment_thresholds
)

select * from attrition_survival
