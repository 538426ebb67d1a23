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
        response_id,
        contact_id,
        survey_name,
        touchpoint,
        submitted_at,
        satisfaction,
        effort,
        differentiation,
        helps_stand_out,
        helps_confidence_in_future,
        helps_well_being,
        helps_freedom,
        helps_thrill,
        helps_belonging,
        helps_protect_environment,
        helps_be_who_i_want,
        helps_security,
        helps_success_in_life,
        case
            when verbatim <> '' then {{ text_hash('verbatim') }}
        end as text_hash
    from source
    where not is_deleted and submitted_at is not null
)

select * from renamed
