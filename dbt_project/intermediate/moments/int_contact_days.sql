{#
    Due customer × day on which they were heard: a conversation, a verbatim, an
    answer on satisfaction (no post: said to others). One negative, all is.
#}
with

int_due_customers as (
    select customer_id
    from {{ ref('int_due_customers') }}
),

int_identity_links_due as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links_due') }}
),

int_texts as (
    select
        customer_id,
        said_at,
        valence
    from {{ ref('int_texts') }}
    where kind in ('conversation', 'verbatim')
),

int_survey_answers as (
    select
        vendor,
        link,
        subject,
        answer,
        answered_at
    from {{ ref('int_survey_answers') }}
    where kind = 'satisfaction'
),

segment_thresholds as (
    select
        negative_valence_to,
        negative_satisfaction_to
    from {{ ref('segment_thresholds') }}
),

heard as (
    select
        int_texts.customer_id,
        {{ business_date('int_texts.said_at') }} as heard_on,
        int_texts.valence <= segment_thresholds.negative_valence_to
            as is_negative
    from int_texts
    cross join segment_thresholds
    inner join int_due_customers
        on int_texts.customer_id = int_due_customers.customer_id
    union all
    select
        int_identity_links_due.customer_id,
        {{ business_date('int_survey_answers.answered_at') }} as heard_on,
        int_survey_answers.answer
        <= segment_thresholds.negative_satisfaction_to as is_negative
    from int_survey_answers
    cross join segment_thresholds
    inner join int_identity_links_due
        on {{ same_record('int_survey_answers', 'int_identity_links_due') }}
),

heard_days as (
    select
        customer_id,
        heard_on,
        bool_or(is_negative) as is_negative
    from heard
    group by customer_id, heard_on
)

select * from heard_days
