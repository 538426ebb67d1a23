{{ config(indexes=[{'columns': ['customer_id']}]) }}
{#
    The evidence of the customers who are due: answers and the valence of
    texts, -1 to 1 put on 0-100. No spend, retention, referral or likelihood
    to recommend is here, nor in anything this is made from; a test holds it.
#}
with

int_identity_links_due as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links_due') }}
),

int_survey_answers as (
    select
        vendor,
        link,
        subject,
        kind,
        answer,
        answered_at
    from {{ ref('int_survey_answers') }}
),

int_due_customers as (
    select customer_id
    from {{ ref('int_due_customers') }}
),

int_texts as (
    select
        customer_id,
        said_at,
        valence
    from {{ ref('int_texts') }}
),

evidence as (
    select
        int_identity_links_due.customer_id,
        int_survey_answers.kind,
        int_survey_answers.answer,
        int_survey_answers.answered_at as observed_at
    from int_survey_answers
    inner join int_identity_links_due
        on {{ same_record('int_survey_answers', 'int_identity_links_due') }}
    union all
    select
        int_texts.customer_id,
        'emotion' as kind,
        (int_texts.valence + 1) * 50 as answer,
        int_texts.said_at as observed_at
    from int_texts
    inner join int_due_customers
        on int_texts.customer_id = int_due_customers.customer_id
),

dated as (
    select
        customer_id,
        kind,
        answer,
        observed_at,
        {{ business_date('observed_at') }} as observed_on
    from evidence
)

select * from dated
