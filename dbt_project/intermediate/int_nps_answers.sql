{#
    Every answer of a due customer to "how likely are you to recommend us",
    with the day until which it counts. An outcome: never evidence.
#}
with

int_due_links as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_due_links') }}
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
        int_due_links.customer_id,
        nps_answers.vendor,
        nps_answers.answer_id,
        nps_answers.recommend,
        nps_answers.answered_at,
        {{ business_date('nps_answers.answered_at') }} as answered_on
    from nps_answers
    inner join int_due_links
        on
            nps_answers.link = int_due_links.channel
            and nps_answers.subject = int_due_links.subject
)

select * from linked
