with

int_period_attrition as (
    select
        month,
        period,
        is_complete_month,
        tier,
        customers_at_start,
        customers_left
    from {{ ref('int_period_attrition') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

periods as (
    select
        month,
        is_complete_month,
        tier,
        coalesce(
            sum(customers_at_start) filter (where period = 'month'), 0
        ) as at_start,
        coalesce(
            sum(customers_left) filter (where period = 'month'), 0
        ) as gone,
        coalesce(
            sum(customers_at_start) filter (where period = 'year'), 0
        ) as annual_at_start,
        coalesce(
            sum(customers_left) filter (where period = 'year'), 0
        ) as annual_gone
    from int_period_attrition
    group by month, is_complete_month, tier
),

segment_attrition as (
    select
        month,
        is_complete_month,
        tier,
        {{ whole('at_start') }} as customers_at_start,
        {{ whole('gone') }} as customers_left,
        {{ share('gone', 'at_start') }} as attrition_rate,
        {{ share_low('gone', 'at_start') }} as attrition_rate_low,
        {{ share_high('gone', 'at_start') }} as attrition_rate_high,
        {{ whole('annual_at_start') }} as annual_customers_at_start,
        {{ whole('annual_gone') }} as annual_customers_left,
        {{ share('annual_gone', 'annual_at_start') }}
            as annual_attrition_rate,
        {{ share_low('annual_gone', 'annual_at_start') }}
            as annual_attrition_rate_low,
        {{ share_high('annual_gone', 'annual_at_start') }}
            as annual_attrition_rate_high,
        at_start < segment_thresholds.minimum_group as is_suppressed,
        annual_at_start < segment_thresholds.minimum_group
            as is_annual_suppressed,
        segment_thresholds.method_version
    from periods
    cross join segment_thresholds
)

select * from segment_attrition
