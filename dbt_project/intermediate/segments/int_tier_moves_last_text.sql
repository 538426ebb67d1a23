{#
    Due customer × month of a move: the latest text in the days before the
    month's end, and whether a negative moment was among what was heard.
#}
with

int_tier_moves_due as (
    select
        customer_id,
        month,
        heard_from,
        heard_until
    from {{ ref('int_tier_moves_due') }}
),

int_texts as (
    select
        customer_id,
        vendor,
        kind,
        text_id,
        valence,
        said_at,
        {{ business_date('said_at') }} as said_on
    from {{ ref('int_texts') }}
),

int_moments as (
    select
        customer_id,
        moment_on
    from {{ ref('int_moments') }}
    where is_negative
),

ranked as (
    select
        int_tier_moves_due.customer_id,
        int_tier_moves_due.month,
        int_texts.valence,
        row_number() over (
            partition by
                int_tier_moves_due.customer_id,
                int_tier_moves_due.month
            order by
                int_texts.said_at desc,
                int_texts.kind desc,
                int_texts.text_id desc,
                int_texts.vendor desc
        ) as recency
    from int_tier_moves_due
    inner join int_texts
        on
            int_tier_moves_due.customer_id = int_texts.customer_id
            and int_tier_moves_due.heard_from <= int_texts.said_on
            and int_tier_moves_due.heard_until > int_texts.said_on
),

heard as (
    select
        int_tier_moves_due.customer_id,
        int_tier_moves_due.month,
        ranked.valence as last_valence,
        exists(
            select 1
            from int_moments
            where
                int_tier_moves_due.customer_id = int_moments.customer_id
                and int_tier_moves_due.heard_from <= int_moments.moment_on
                and int_tier_moves_due.heard_until > int_moments.moment_on
        ) as has_negative_moment
    from int_tier_moves_due
    left join ranked
        on
            int_tier_moves_due.customer_id = ranked.customer_id
            and int_tier_moves_due.month = ranked.month
            and ranked.recency = 1
)

select * from heard
