{#
    Apart from the rest of the response: an outcome never enters the score.
#}
with

source as (
    select * from {{ source('raw', 'salesforce_survey_responses') }}
),

renamed as (
    select
        'salesforce' as vendor,
        response_id as answer_id,
        'contact' as link,
        contact_id as subject,
        recommend,
        submitted_at as answered_at
    from source
    where
        not is_deleted
        and recommend is not null
        and submitted_at is not null
)

select * from renamed
