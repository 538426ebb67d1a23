with

source as (
    select * from {{ source('raw', 'genesys_transcripts') }}
),

renamed as (
    select
        'genesys' as vendor,
        conversation_id,
        communication_id,
        phrase_number,
        {{ text_hash('text') }} as text_hash,
        said_at
    from source
    where participant = 'external'
)

select * from renamed
