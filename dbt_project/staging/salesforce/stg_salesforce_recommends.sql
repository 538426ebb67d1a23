{#
    Apart from the rest of the response: an outcome never enters the score.
#}
with

source as (
    select * from {{ source('raw', 'salesforce_survey_responses') }}
),

renamed as (
    select
        response_id,
        contact_id,
        submitted_at,
        recommend
    from source
    where
        not is_deleted
        and recommend is not null
        and submitted_at is not null
)

select * from renamed
