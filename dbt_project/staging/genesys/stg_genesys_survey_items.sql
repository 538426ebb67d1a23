{# The one item the call center asks: a total score of 0-100, put on 1-5. #}
with

source as (
    select * from {{ source('raw', 'genesys_surveys') }}
),

renamed as (
    select
        'genesys' as vendor,
        survey_id as response_id,
        'conversation' as link,
        conversation_id as subject,
        'satisfaction' as item,
        round({{ on_five('total_score') }}, 6) as answer,
        coalesce(completed_at, conversation_started_at) as answered_at
    from source
    where total_score is not null
)

select * from renamed
