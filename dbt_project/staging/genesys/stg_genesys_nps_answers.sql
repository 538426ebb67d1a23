{#
    Apart from the rest of the survey: an outcome never enters the score.
#}
with

source as (
    select * from {{ source('raw', 'genesys_surveys') }}
),

renamed as (
    select
        'genesys' as vendor,
        survey_id as answer_id,
        'conversation' as link,
        conversation_id as subject,
        promoter_score as recommend,
        coalesce(completed_at, conversation_started_at) as answered_at
    from source
    where promoter_score is not null
)

select * from renamed
