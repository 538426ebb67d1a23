with

int_consolidation_counts as (
    select
        month,
        is_complete_month,
        tier,
        customers_at_start,
        customers_consolidated
    from {{ ref('int_consolidation_counts') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

{# Beside each tier the one that a satisfaction score stops at. #}
compared as (
    select
        tiers.*,
        base.customers_at_start as base_at_start,
        base.customers_consolidated as base_consolidated
    from int_consolidation_counts as tiers
    left join int_consolidation_counts as base
        on
            tiers.month = base.month
            and tiers.tier not in ('all', 'highly_satisfied')
            and base.tier = 'highly_satisfied'
),

segment_consolidation as (
    select
        month,
        is_complete_month,
        tier,
        {{ whole('customers_at_start') }} as customers_at_start,
        {{ whole('customers_consolidated') }} as customers_consolidated,
        {{ share('customers_consolidated', 'customers_at_start') }}
            as consolidation_rate,
        {{ share_low('customers_consolidated', 'customers_at_start') }}
            as consolidation_rate_low,
        {{ share_high('customers_consolidated', 'customers_at_start') }}
            as consolidation_rate_high,
        {{ rate_ratio() }} as times_as_likely,
        {{ rate_ratio('-') }} as times_as_likely_low,
        {{ rate_ratio('+') }} as times_as_likely_high,
        customers_at_start < segment_thresholds.minimum_group as is_suppressed,
        least(customers_at_start, base_at_start)
        < segment_thresholds.minimum_group as is_ratio_suppressed,
        segment_thresholds.method_version
    from compared
    cross join segment_thresholds
)

select * from segment_consolidation
