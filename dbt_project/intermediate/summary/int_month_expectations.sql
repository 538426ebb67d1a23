{#
    Month: what models say of its customers, and where they say nothing, why. They
    speak as of the last complete month.
#}
with

int_months as (
    select month
    from {{ ref('int_months') }}
),

stg_estimated_tier_values as (
    select
        month,
        customers,
        mean,
        low,
        high
    from {{ ref('stg_estimated_tier_values') }}
    where tier = 'all'
),

stg_estimated_value_fits as (
    select
        month,
        reason
    from {{ ref('stg_estimated_value_fits') }}
),

stg_estimated_risk_fits as (
    select
        month,
        reason
    from {{ ref('stg_estimated_risk_fits') }}
),

segment_thresholds as (
    select minimum_group
    from {{ ref('segment_thresholds') }}
),

month_expectations as (
    select
        int_months.month,
        expected.mean as expected_value,
        expected.low as expected_value_low,
        expected.high as expected_value_high,
        case
            when expected.mean is not null then null
            when value_fits.month is null
                then 'made for the last complete month only'
            else coalesce(
                value_fits.reason,
                'fewer customers have ever ordered than are shown as a group'
            )
        end as expected_value_reason,
        case
            when risk_fits.month is null
                then 'made for the last complete month only'
            else risk_fits.reason
        end as lapse_risk_reason
    from int_months
    cross join segment_thresholds
    left join stg_estimated_tier_values as expected
        on
            int_months.month = expected.month
            and segment_thresholds.minimum_group <= expected.customers
    left join stg_estimated_value_fits as value_fits
        on int_months.month = value_fits.month
    left join stg_estimated_risk_fits as risk_fits
        on int_months.month = risk_fits.month
)

select * from month_expectations
