{#
    Without the likelihood to recommend, which is an outcome and has a model of its
    own: what this model feeds may enter the connection score.
#}
{% set items = {
    'satisfaction': 'satisfaction',
    'differentiation': 'differentiation',
    'stand_out': 'helps_stand_out',
    'confidence_in_future': 'helps_confidence_in_future',
    'well_being': 'helps_well_being',
    'freedom': 'helps_freedom',
    'thrill': 'helps_thrill',
    'belonging': 'helps_belonging',
    'protect_environment': 'helps_protect_environment',
    'be_who_i_want': 'helps_be_who_i_want',
    'security': 'helps_security',
    'success_in_life': 'helps_success_in_life',
} %}
with

source as (
    select * from {{ source('raw', 'salesforce_survey_responses') }}
),

renamed as (
    {% for item, column in items.items() %}
    select
        'salesforce' as vendor,
        response_id,
        'contact' as link,
        contact_id as subject,
        '{{ item }}' as item,
        cast({{ column }} as numeric) as answer,
        submitted_at as answered_at
    from source
    where
        not is_deleted
        and submitted_at is not null
        and {{ column }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from renamed
