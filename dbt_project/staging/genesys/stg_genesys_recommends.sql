{#
    Apart from the rest of the survey: an outcome never enters the score.
#}
with

source as (
    select * from {{ source('raw', 'genesys_surveys') }}
),

renamed as (
    select
        survey_id,
        conversation_id,
        coalesce(completed_at, conversation_started_at) as completed_at,
        promoter_score as recommend
    from source
    where promoter_score is not null
)

select * from renamed
