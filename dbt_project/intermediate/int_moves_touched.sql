{#
    Due customer × month of a move: the latest answer in the days before the
    month's end that says which touchpoint it is about.
#}
with

int_due_moves as (
    select
        customer_id,
        month,
        heard_from,
        heard_until
    from {{ ref('int_due_moves') }}
),

int_identity_links_due as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links_due') }}
),

survey_responses as (
    select
        vendor,
        response_id,
        link,
        subject,
        touchpoint,
        submitted_at,
        {{ business_date('submitted_at') }} as submitted_on
    from {{ ref('survey_responses') }}
    where touchpoint is not null
),

ranked as (
    select
        int_due_moves.customer_id,
        int_due_moves.month,
        survey_responses.touchpoint,
        survey_responses.submitted_on,
        row_number() over (
            partition by int_due_moves.customer_id, int_due_moves.month
            order by
                survey_responses.submitted_at desc,
                survey_responses.response_id desc,
                survey_responses.vendor desc
        ) as recency
    from int_due_moves
    inner join int_identity_links_due
        on int_due_moves.customer_id = int_identity_links_due.customer_id
    inner join survey_responses
        on
            int_identity_links_due.vendor = survey_responses.vendor
            and int_identity_links_due.link = survey_responses.link
            and int_identity_links_due.subject = survey_responses.subject
            and int_due_moves.heard_from
            <= survey_responses.submitted_on
            and int_due_moves.heard_until
            > survey_responses.submitted_on
),

touched as (
    select
        customer_id,
        month,
        touchpoint,
        submitted_on
    from ranked
    where recency = 1
)

select * from touched
