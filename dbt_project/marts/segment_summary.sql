with

int_tier_counts as (
    select
        month,
        is_complete_month,
        tier,
        customers,
        orders,
        revenue,
        unconverted_orders,
        value_12m,
        variance_12m
    from {{ ref('int_tier_counts') }}
),

stg_estimated_tier_values as (
    select
        month,
        tier,
        customers,
        mean,
        low,
        high
    from {{ ref('stg_estimated_tier_values') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

{# Everybody of the month, and the group that stands for 100. #}
measures as (
    select
        counts.*,
        everybody.customers as month_customers,
        base.customers as base_customers,
        base.value_12m as base_value_12m,
        base.variance_12m as base_variance_12m,
        expected.mean as expected_value,
        expected.low as expected_value_low,
        expected.high as expected_value_high
    from int_tier_counts as counts
    cross join segment_thresholds
    inner join int_tier_counts as everybody
        on counts.month = everybody.month and everybody.tier = 'all'
    left join int_tier_counts as base
        on counts.month = base.month and base.tier = 'highly_satisfied'
    left join stg_estimated_tier_values as expected
        on
            counts.month = expected.month
            and counts.tier = expected.tier
            and segment_thresholds.minimum_group <= expected.customers
),

segment_summary as (
    select
        month,
        is_complete_month,
        tier,
        {{ whole('customers') }} as customers,
        {{ share('customers', 'month_customers') }} as share,
        {{ share_low('customers', 'month_customers') }} as share_low,
        {{ share_high('customers', 'month_customers') }} as share_high,
        {{ money('revenue') }} as revenue,
        {{ whole('orders') }} as orders,
        {{ whole('unconverted_orders') }} as unconverted_orders,
        {{ money(quotient('revenue', 'orders - unconverted_orders')) }}
            as average_order_value,
        {{ decimal(quotient('orders', 'customers'), 12, 4) }}
            as orders_per_customer,
        {{ money('value_12m') }} as value_12m,
        {{ decimal(quotient('100 * value_12m', 'base_value_12m'), 12, 2) }}
            as value_index,
        {{ value_index_reason() }} as value_index_reason,
        {{ decimal(value_index_end('low'), 12, 2) }} as value_index_low,
        {{ decimal(value_index_end('high'), 12, 2) }} as value_index_high,
        {{ money('expected_value') }} as expected_value_12m,
        {{ money('expected_value_low') }} as expected_value_12m_low,
        {{ money('expected_value_high') }} as expected_value_12m_high,
        customers < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from measures
    cross join segment_thresholds
)

select * from segment_summary
