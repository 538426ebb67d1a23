{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    How a customer sounded at the start and at the end of a conversation, found
    anew for those who are due: the mean valence of the first and of the last
    third of what the customer said, a phrase at least. With fewer scored
    phrases than the seed wants there is nothing to compare.
#}
with

int_phrases as (
    select
        customer_id,
        vendor,
        conversation_id,
        valence,
        place,
        phrase_count
    from {{ ref('int_phrases') }}
),

conversations as (
    select
        vendor,
        conversation_id,
        queue_id,
        started_at
    from {{ ref('conversations') }}
),

empathy_rules as (
    select minimum_phrases
    from {{ ref('empathy_rules') }}
),

thirds as (
    select
        int_phrases.*,
        greatest(1, round({{ quotient('int_phrases.phrase_count', '3') }}))
            as third
    from int_phrases
    inner join empathy_rules
        on int_phrases.phrase_count >= empathy_rules.minimum_phrases
),

ends as (
    select
        customer_id,
        vendor,
        conversation_id,
        phrase_count,
        round(avg(valence) filter (where place <= third), 6) as start_valence,
        round(avg(valence) filter (
            where place > phrase_count - third
        ), 6) as end_valence
    from thirds
    group by customer_id, vendor, conversation_id, phrase_count
),

shifts as (
    select
        ends.customer_id,
        ends.vendor,
        ends.conversation_id,
        conversations.queue_id,
        conversations.started_at,
        ends.phrase_count,
        ends.start_valence,
        ends.end_valence
    from ends
    inner join conversations
        on
            ends.vendor = conversations.vendor
            and ends.conversation_id = conversations.conversation_id
)

select * from shifts
