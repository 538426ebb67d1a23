{{ config(materialized='view') }}
{#
    Every answer that may count as evidence, as subject, kind and value. A
    response says how far the brand helps with its key motivators, 1-7 put on
    0-100: the mean of the items that were answered, weighted by the seed.
#}
with

survey_items as (
    select
        vendor,
        response_id,
        link,
        subject,
        item,
        answer,
        answered_at
    from {{ ref('survey_items') }}
),

motivators as (
    select
        motivator,
        weight
    from {{ ref('motivators') }}
    where is_key
),

motivator_answers as (
    select
        items.vendor,
        items.link,
        items.subject,
        items.answered_at,
        round({{ quotient(
            'sum(motivators.weight * ' ~ on_hundred('items.answer') ~ ')',
            'sum(motivators.weight)'
        ) }}, 6) as fulfilment
    from survey_items as items
    inner join motivators
        on items.item = motivators.motivator
    group by
        items.vendor,
        items.response_id,
        items.link,
        items.subject,
        items.answered_at
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
    where item in ('satisfaction', 'differentiation')
    union all
    select
        vendor,
        link,
        subject,
        'motivator' as kind,
        fulfilment as answer,
        answered_at
    from motivator_answers
)

select * from answers
