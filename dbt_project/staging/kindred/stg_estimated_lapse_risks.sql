-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_risk_features') }}
-- depends_on: {{ ref('lapse_rules') }}
with

source as (
    select * from {{ source('estimated', 'lapse_risks') }}
),

renamed as (
    select
        customer_id,
        month,
        probability,
        reason_1,
        reason_2,
        reason_3
    from source
)

select * from renamed
