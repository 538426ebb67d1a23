with

int_period_attrition as (
    select * from {{ ref('int_period_attrition') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

segment_attrition as (
    select
        month,
        is_complete_month,
        tier,
        {{ whole('customers_at_start') }} as customers_at_start,
        {{ whole('customers_left') }} as customers_left,
        {{ share('customers_left', 'customers_at_start') }} as attrition_rate,
        {{ share_low('customers_left', 'customers_at_start') }}
            as attrition_rate_low,
        {{ share_high('customers_left', 'customers_at_start') }}
            as attrition_rate_high,
        {{ whole('annual_customers_at_start') }} as annual_customers_at_start,
        {{ whole('annual_customers_left') }} as annual_customers_left,
        {{ share('annual_customers_left', 'annual_customers_at_start') }}
            as annual_attrition_rate,
        {{ share_low('annual_customers_left', 'annual_customers_at_start') }}
            as annual_attrition_rate_low,
        {{ share_high('annual_customers_left', 'annual_customers_at_start') }}
            as annual_attrition_rate_high,
        customers_at_start < segment_thresholds.minimum_group as is_suppressed,
        annual_customers_at_start < segment_thresholds.minimum_group
            as is_annual_suppressed,
        segment_thresholds.method_version
    from int_period_attrition
    cross join segment_thresholds
)

select * from segment_attrition
