{#
    Touchpoint × month: texts, and what they express. A verbatim belongs to the
    touchpoint its survey was about, a conversation to the one that the seed
    marks; a text of no touchpoint to none. A customer's texts are summed
    before anything else: they are alike, so customers are what is counted.
#}
{% set scores = ['valence'] + emotions() %}
with

int_texts as (
    select * from {{ ref('int_texts') }}
    where kind in ('verbatim', 'conversation')
),

touchpoints as (
    select touchpoint
    from {{ ref('touchpoints') }}
    where is_conversation
),

int_months as (
    select
        month,
        is_complete_month
    from {{ ref('int_months') }}
),

placed as (
    select
        int_texts.*,
        {{ month_of(business_date('int_texts.said_at')) }} as month,
        coalesce(int_texts.touchpoint, touchpoints.touchpoint) as met_at
    from int_texts
    left join touchpoints
        on int_texts.kind = 'conversation'
),

by_customer as (
    select
        met_at,
        month,
        customer_id,
        {% for score in scores %}
        sum({{ score }}) as {{ score }},
        {% endfor %}
        count(*) as texts
    from placed
    where met_at is not null
    group by met_at, month, customer_id
),

touchpoint_months as (
    select
        by_customer.met_at as touchpoint,
        by_customer.month,
        int_months.is_complete_month,
        count(*) as customers,
        sum(by_customer.texts) as texts,
        {% for score in scores %}
        round({{ quotient(
            'sum(by_customer.' ~ score ~ ')', 'sum(by_customer.texts)'
        ) }}, 9) as {{ score }},
        {% endfor %}
        round({{ variance_of_mean(
            squared_deviations(
                '(' ~ quotient(
                    'sum(by_customer.valence)', 'sum(by_customer.texts)'
                ) ~ ')',
                'sum(by_customer.texts * by_customer.texts)',
                'sum(by_customer.texts * by_customer.valence)',
                'sum(by_customer.valence * by_customer.valence)'
            ), 'sum(by_customer.texts)', 'count(*)'
        ) }}, 12) as variance
    from by_customer
    inner join int_months
        on by_customer.month = int_months.month
    group by
        by_customer.met_at, by_customer.month, int_months.is_complete_month
)

select * from touchpoint_months
