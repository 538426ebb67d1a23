{{ config(materialized='view') }}
{#
    Every answer that may count as evidence, as subject, kind and value.
    Satisfaction comes on two scales: CSAT 1-5 from the CRM, and the call
    center's total score 0-100, put on 1-5.
#}
with

stg_salesforce_survey_responses as (
    select
        contact_id,
        submitted_at,
        satisfaction,
        differentiation
    from {{ ref('stg_salesforce_survey_responses') }}
),

int_motivator_answers as (
    select
        contact_id,
        submitted_at,
        fulfilment
    from {{ ref('int_motivator_answers') }}
),

stg_genesys_surveys as (
    select
        conversation_id,
        completed_at,
        total_score
    from {{ ref('stg_genesys_surveys') }}
),

answers as (
    select
        'contact' as channel,
        contact_id as subject,
        'motivator' as kind,
        submitted_at as given_at,
        fulfilment as answer
    from int_motivator_answers
    union all
    select
        'contact' as channel,
        contact_id as subject,
        'satisfaction' as kind,
        submitted_at as given_at,
        satisfaction as answer
    from stg_salesforce_survey_responses
    where satisfaction is not null
    union all
    select
        'contact' as channel,
        contact_id as subject,
        'differentiation' as kind,
        submitted_at as given_at,
        differentiation as answer
    from stg_salesforce_survey_responses
    where differentiation is not null
    union all
    select
        'conversation' as channel,
        conversation_id as subject,
        'satisfaction' as kind,
        completed_at as given_at,
        round({{ on_five('total_score') }}, 6) as answer
    from stg_genesys_surveys
)

select * from answers
