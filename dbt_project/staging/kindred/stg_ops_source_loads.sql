with

source as (
    select * from {{ source('ops', 'source_loads') }}
),

renamed as (
    select
        load,
        vendor,
        source,
        entity,
        link,
        is_dated
    from source
)

select * from renamed
