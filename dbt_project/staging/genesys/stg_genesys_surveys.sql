{#
    Without the promoter score, which is an outcome and has a model of its own.
    A survey that answers nothing else is no response here.
#}
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
        cast(null as text) as touchpoint,
        cast(null as text) as text_hash,
        coalesce(completed_at, conversation_started_at) as submitted_at
    from source
    where total_score is not null
)

select * from renamed
