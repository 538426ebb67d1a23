{{ config(materialized='view') }}
{# Every answer that may count as evidence, as subject, kind and value. #}
with

survey_items as (
    select
        vendor,
        link,
        subject,
        item,
        answer,
        answered_at
    from {{ ref('survey_items') }}
    where item in ('satisfaction', 'differentiation')
),

int_motivator_answers as (
    select
        vendor,
        link,
        subject,
        fulfilment,
        answered_at
    from {{ ref('int_motivator_answers') }}
),

answers as (
    select
        vendor,
        link,
        subject,
        item as kind,
        answer,
        answered_at
    from survey_items
    union all
    select
        vendor,
        link,
        subject,
        'motivator' as kind,
        fulfilment as answer,
        answered_at
    from int_motivator_answers
)

select * from answers
