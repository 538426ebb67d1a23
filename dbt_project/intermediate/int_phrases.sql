{{ config(materialized='view') }}
{#
    What due customers who consent said in conversations, phrase by phrase, in
    the order in which they said it. Only their own phrases are in staging.
    Scored is told by valence, not by the lack of a reason: of a table without
    statistics Postgres takes few columns for null, and would go through all
    transcripts for each scored text.
#}
with

int_identity_links_due as (
    select
        customer_id,
        subject
    from {{ ref('int_identity_links_due') }}
    where channel = 'conversation' and has_text_consent
),

stg_genesys_transcripts as (
    select
        conversation_id,
        communication_id,
        phrase_number,
        said_at,
        text_hash
    from {{ ref('stg_genesys_transcripts') }}
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
        stg_genesys_transcripts.conversation_id,
        stg_scored_texts.valence,
        row_number() over (
            partition by stg_genesys_transcripts.conversation_id
            order by
                stg_genesys_transcripts.said_at,
                stg_genesys_transcripts.communication_id,
                stg_genesys_transcripts.phrase_number
        ) as place,
        count(*) over (
            partition by stg_genesys_transcripts.conversation_id
        ) as phrase_count
    from stg_genesys_transcripts
    inner join int_identity_links_due
        on stg_genesys_transcripts.conversation_id = int_identity_links_due.subject
    inner join stg_scored_texts
        on stg_genesys_transcripts.text_hash = stg_scored_texts.text_hash
)

select * from phrases
