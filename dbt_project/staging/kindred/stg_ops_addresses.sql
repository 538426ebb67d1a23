{# An id is its vendor's own: the load says which vendor's. #}
with

source as (
    select * from {{ source('ops', 'addresses') }}
),

source_loads as (
    select
        load,
        vendor
    from {{ source('ops', 'source_loads') }}
),

renamed as (
    select
        source_loads.vendor,
        source.subject as contact_id,
        source.rule,
        source.address
    from source
    inner join source_loads
        on source.load = source_loads.load
)

select * from renamed
