{{ config(materialized='view') }}
{#
    How far a response says the brand helps with its key motivators, 1-7 put
    on 0-100: the mean of the items that were answered, weighted by the seed.
#}
with

int_motivator_items as (
    select
        response_id,
        contact_id,
        submitted_at,
        motivator,
        fulfilment
    from {{ ref('int_motivator_items') }}
),

motivators as (
    select
        motivator,
        weight
    from {{ ref('motivators') }}
    where is_key
),

answers as (
    select
        items.response_id,
        items.contact_id,
        items.submitted_at,
        round({{ quotient(
            'sum(motivators.weight * ' ~ on_hundred('items.fulfilment') ~ ')',
            'sum(motivators.weight)'
        ) }}, 6) as fulfilment
    from int_motivator_items as items
    inner join motivators
        on items.motivator = motivators.motivator
    group by items.response_id, items.contact_id, items.submitted_at
)

select * from answers
