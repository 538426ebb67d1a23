-- depends_on: {{ ref('customer_segments') }}
-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_motivator_scores') }}
-- depends_on: {{ ref('int_stated_importance') }}
-- depends_on: {{ ref('int_touchpoint_scores') }}
-- depends_on: {{ ref('segment_thresholds') }}
with

source as (
    select * from {{ source('estimated', 'driver_fits') }}
),

renamed as (
    select
        topic,
        month,
        reason
    from source
)

select * from renamed
