{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    What customers who consent said, with its scores, recomputed for those who
    are due: a verbatim, a post, a conversation (averaged, so that a long call
    does not outvote a survey).
#}
with

int_identity_links_due as (
    select * from {{ ref('int_identity_links_due') }}
    where has_text_consent
),

survey_responses as (
    select
        vendor,
        'verbatim' as kind,
        link,
        subject,
        response_id as text_id,
        touchpoint,
        submitted_at as said_at,
        text_hash
    from {{ ref('survey_responses') }}
),

conversation_phrases as (
    select
        vendor,
        'conversation' as kind,
        'conversation' as link,
        conversation_id as subject,
        conversation_id as text_id,
        cast(null as text) as touchpoint,
        said_at,
        text_hash
    from {{ ref('conversation_phrases') }}
),

posts as (
    select
        vendor,
        'post' as kind,
        'account' as link,
        social_handle as subject,
        post_id as text_id,
        cast(null as text) as touchpoint,
        posted_at as said_at,
        text_hash
    from {{ ref('posts') }}
),

stg_scored_texts as (
    select * from {{ ref('stg_scored_texts') }}
    where valence is not null
),

phrases as (
    select * from survey_responses
    union all
    select * from conversation_phrases
    union all
    select * from posts
),

texts as (
    select
        int_identity_links_due.customer_id,
        phrases.vendor,
        phrases.kind,
        phrases.text_id,
        {% for score in text_scores() %}
        round(avg(stg_scored_texts.{{ score }}), 6) as {{ score }},
        {% endfor %}
        max(phrases.touchpoint) as touchpoint,
        max(phrases.said_at) as said_at
    from phrases
    inner join int_identity_links_due
        on {{ same_record('phrases', 'int_identity_links_due') }}
    inner join stg_scored_texts
        on phrases.text_hash = stg_scored_texts.text_hash
    group by
        int_identity_links_due.customer_id,
        phrases.vendor,
        phrases.kind,
        phrases.text_id
)

select * from texts
