with

source as (
    select * from {{ source('raw', 'genesys_conversations') }}
),

renamed as (
    select
        conversation_id,
        started_at,
        ended_at,
        direction,
        media_type,
        customer_phone,
        customer_email,
        queue_id,
        wait_seconds,
        handle_seconds
    from source
)

select * from renamed
