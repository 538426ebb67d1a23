{#
    Without the promoter score, which is an outcome and has a model of its own.
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
        total_score
    from source
    where total_score is not null
)

select * from renamed
