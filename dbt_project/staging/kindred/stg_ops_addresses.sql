with

source as (
    select * from {{ source('ops', 'addresses') }}
),

renamed as (
    select
        subject as contact_id,
        rule,
        address
    from source
)

select * from renamed
