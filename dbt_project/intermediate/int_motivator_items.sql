{{ config(materialized='view') }}
{# A row for each motivator item that was answered, 1-7, key or not. #}
{% set motivators = [
    'stand_out', 'confidence_in_future', 'well_being', 'freedom', 'thrill',
    'belonging', 'protect_environment', 'be_who_i_want', 'security',
    'success_in_life',
] %}
with

stg_salesforce_survey_responses as (
    select * from {{ ref('stg_salesforce_survey_responses') }}
),

items as (
    {% for motivator in motivators %}
    select
        response_id,
        contact_id,
        submitted_at,
        '{{ motivator }}' as motivator,
        helps_{{ motivator }} as fulfilment
    from stg_salesforce_survey_responses
    where helps_{{ motivator }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from items
