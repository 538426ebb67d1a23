with

source as (
    select * from {{ source('raw', 'genesys_conversations') }}
),

renamed as (
    select
        'genesys' as vendor,
        conversation_id,
        customer_phone,
        customer_email,
        queue_id,
        started_at
    from source
)

select * from renamed
