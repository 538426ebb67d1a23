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
