{#
    Initiative × trial × cohort × outcome × customer: the outcome before and
    after. Who was heard too little in a period has no score there and is not
    among its rows. Attrition has one period a cohort, and counts against what
    happened before: hence the minus.
#}
{% set columns = [
    'initiative', 'is_placebo', 'cohort', 'is_reached', 'tier', 'orders_band',
    'tenure_band',
] %}
with

int_initiative_customers as (
    select * from {{ ref('int_initiative_customers') }}
),

int_initiative_scores as (
    select * from {{ ref('int_initiative_scores') }}
),

int_initiative_acts as (
    select * from {{ ref('int_initiative_acts') }}
),

segment_thresholds as (
    select connected_from
    from {{ ref('segment_thresholds') }}
),

known as (
    select
        customers.*,
        {% for period in ['before', 'after'] %}
        scores.score_{{ period }},
        {{ indicator(
            'scores.score_' ~ period ~ ' >= segment_thresholds.connected_from'
        ) }} as connected_{{ period }},
        {{ indicator('coalesce(acts.is_advocate_' ~ period ~ ', false)') }}
            as advocate_{{ period }},
        {% endfor %}
        {{ indicator('customers.has_left') }} as gone
    from int_initiative_customers as customers
    cross join segment_thresholds
    left join int_initiative_scores as scores
        on
            customers.initiative = scores.initiative
            and customers.is_placebo = scores.is_placebo
            and customers.customer_id = scores.customer_id
    left join int_initiative_acts as acts
        on
            customers.initiative = acts.initiative
            and customers.is_placebo = acts.is_placebo
            and customers.customer_id = acts.customer_id
),

changes as (
    {% for outcome in initiative_outcomes() if outcome.cohorts == 1 %}
    {% set before = outcome.value ~ '_before' %}
    {% set after = outcome.value ~ '_after' %}
    select
        {% for column in columns %}
        {{ column }},
        {% endfor %}
        '{{ outcome.name }}' as outcome,
        cast({{ before }} as numeric) as value_before,
        cast({{ after }} as numeric) as value_after,
        cast({{ after }} - {{ before }} as numeric) as difference
    from known
    where cohort = 'after' and {{ after }} is not null
    union all
    {% endfor %}
    select
        {% for column in columns %}
        {{ column }},
        {% endfor %}
        'attrition' as outcome,
        case when cohort = 'before' then gone end as value_before,
        case when cohort = 'after' then gone end as value_after,
        case when cohort = 'after' then gone else -gone end as difference
    from known
)

select * from changes
