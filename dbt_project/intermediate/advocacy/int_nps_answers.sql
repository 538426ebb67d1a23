{#
    Every answer of a due customer to "how likely are you to recommend us",
    with the day until which it counts. An outcome: never evidence.
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

nps_answers as (
    select
        vendor,
        answer_id,
        link,
        subject,
        recommend,
        answered_at
    from {{ ref('nps_answers') }}
),

linked as (
    select
        int_identity_links_due.customer_id,
        nps_answers.vendor,
        nps_answers.answer_id,
        nps_answers.recommend,
        nps_answers.answered_at,
        {{ business_date('nps_answers.answered_at') }} as answered_on
    from nps_answers
    inner join int_identity_links_due
        on {{ same_record('nps_answers', 'int_identity_links_due') }}
)

select * from linked
