{#
    Without the likelihood to recommend, which is an outcome and has a model of its
    own: what this model feeds may enter the connection score. An invitation that
    nobody has answered is no response yet.
#}
with

source as (
    select * from {{ source('raw', 'salesforce_survey_responses') }}
),

renamed as (
    select
        'salesforce' as vendor,
        response_id,
        'contact' as link,
        contact_id as subject,
        touchpoint,
        case
            when verbatim <> '' then {{ text_hash('verbatim') }}
        end as text_hash,
        submitted_at
    from source
    where not is_deleted and submitted_at is not null
)

select * from renamed
