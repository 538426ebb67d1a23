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
        {{ whole('estimates.months_since') }} as months_since,
        {{ whole('estimates.at_risk') }} as at_risk,
        {{ whole('estimates.left_customers') }} as left_customers,
        {{ whole('estimates.censored') }} as censored,
        {{ decimal('estimates.estimate', 9, 6) }} as survival,
        {% for side in ['low', 'high'] %}
        {{ decimal(
            survival_end('estimates.estimate', 'estimates.variance', side), 9, 6
        ) }} as survival_{{ side }},
        {% endfor %}
        estimates.at_risk < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from estimates
    cross join segment_thresholds
)

select * from attrition_survival
