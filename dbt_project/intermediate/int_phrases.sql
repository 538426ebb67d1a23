{{ config(materialized='view') }}
{#
    What due customers who consent said in conversations, phrase by phrase, in
    the order in which they said it. Only their own phrases are in the entity.
    Scored is told by valence, not by the lack of a reason: of a table without
    statistics Postgres takes few columns for null, and would go through all
    transcripts for each scored text.
#}
with

int_identity_links_due as (
    select
        customer_id,
        vendor,
        subject
    from {{ ref('int_identity_links_due') }}
    where link = 'conversation' and has_text_consent
),

conversation_phrases as (
    select
        vendor,
        conversation_id,
        communication_id,
        phrase_number,
        said_at,
        text_hash
    from {{ ref('conversation_phrases') }}
),

stg_scored_texts as (
    select
        text_hash,
        valence
    from {{ ref('stg_scored_texts') }}
    where valence is not null
),

phrases as (
    select
        int_identity_links_due.customer_id,
        conversation_phrases.vendor,
        conversation_phrases.conversation_id,
        stg_scored_texts.valence,
        row_number() over (
            partition by
                conversation_phrases.vendor,
                conversation_phrases.conversation_id
            order by
                conversation_phrases.said_at,
                conversation_phrases.communication_id,
                conversation_phrases.phrase_number
        ) as place,
        count(*) over (
            partition by
                conversation_phrases.vendor,
                conversation_phrases.conversation_id
        ) as phrase_count
    from conversation_phrases
    inner join int_identity_links_due
        on
            conversation_phrases.vendor = int_identity_links_due.vendor
            and conversation_phrases.conversation_id
            = int_identity_links_due.subject
    inner join stg_scored_texts
        on conversation_phrases.text_hash = stg_scored_texts.text_hash
)

select * from phrases
