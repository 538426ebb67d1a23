-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_risk_features') }}
-- depends_on: {{ ref('lapse_rules') }}
with

source as (
    select * from {{ source('estimated', 'risk_fits') }}
),

renamed as (
    select
        month,
        reason,
        check_month,
        brier,
        brier_base,
        skill,
        skill_low,
        skill_high,
        auc,
        auc_low,
        auc_high,
        lift,
        lift_low,
        lift_high,
        slope,
        slope_low,
        slope_high
    from source
)

select * from renamed
