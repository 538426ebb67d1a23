with

source as (
    select * from {{ source('raw', 'genesys_transcripts') }}
),

renamed as (
    select
        conversation_id,
        communication_id,
        phrase_number,
        said_at,
        {{ text_hash('text') }} as text_hash
    from source
    where participant = 'external'
)

select * from renamed
