{#
    Every answer of a due customer to "how likely are you to recommend us",
    with the day until which it counts. An outcome: never evidence.
#}
with

int_identity_links_due as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_identity_links_due') }}
),

stg_salesforce_recommends as (
    select
        contact_id as subject,
        'contact' as channel,
        response_id as answer_id,
        submitted_at as given_at,
        recommend
    from {{ ref('stg_salesforce_recommends') }}
),

stg_genesys_recommends as (
    select
        conversation_id as subject,
        'conversation' as channel,
        survey_id as answer_id,
        completed_at as given_at,
        recommend
    from {{ ref('stg_genesys_recommends') }}
),

answers as (
    select * from stg_salesforce_recommends
    union all
    select * from stg_genesys_recommends
),

recommends as (
    select
        int_identity_links_due.customer_id,
        answers.answer_id,
        answers.given_at,
        answers.recommend,
        {{ business_date('answers.given_at') }} as given_on
    from answers
    inner join int_identity_links_due
        on
            answers.channel = int_identity_links_due.channel
            and answers.subject = int_identity_links_due.subject
)

select * from recommends
