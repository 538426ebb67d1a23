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
