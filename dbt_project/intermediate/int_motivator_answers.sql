{{ config(materialized='view') }}
{#
    How far a response says the brand helps with its key motivators, 1-7 put
    on 0-100: the mean of the items that were answered, weighted by the seed.
#}
{% set motivators = [
    'stand_out', 'confidence_in_future', 'well_being', 'freedom', 'thrill',
    'belonging', 'protect_environment', 'be_who_i_want', 'security',
    'success_in_life',
] %}
with

stg_salesforce_survey_responses as (
    select * from {{ ref('stg_salesforce_survey_responses') }}
),

motivators as (
    select
        motivator,
        weight
    from {{ ref('motivators') }}
    where is_key
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
),

answers as (
    select
        items.response_id,
        items.contact_id,
        items.submitted_at,
        round(
            sum(motivators.weight * (items.fulfilment - 1) * 100.0 / 6)
            / sum(motivators.weight), 6
        ) as fulfilment
    from items
    inner join motivators
        on items.motivator = motivators.motivator
    group by items.response_id, items.contact_id, items.submitted_at
)

select * from answers
