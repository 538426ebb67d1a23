-- depends_on: {{ ref('customer_segments') }}
-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_motivator_scores') }}
-- depends_on: {{ ref('int_stated_importance') }}
-- depends_on: {{ ref('int_touchpoint_scores') }}
-- depends_on: {{ ref('segment_thresholds') }}
with

source as (
    select * from {{ source('estimated', 'driver_weights') }}
),

renamed as (
    select
        topic,
        month,
        item,
        customers,
        rated,
        correlation,
        weight,
        weight_low,
        weight_high,
        share,
        share_low,
        share_high,
        r_squared,
        chance,
        quadrant,
        is_certain
    from source
)

select * from renamed
