-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_risk_features') }}
-- depends_on: {{ ref('lapse_rules') }}
with

source as (
    select * from {{ source('estimated', 'risk_checks') }}
),

renamed as (
    select
        month,
        band,
        customers,
        predicted,
        left_customers
    from source
)

select * from renamed
