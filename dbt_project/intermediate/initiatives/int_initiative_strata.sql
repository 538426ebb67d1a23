{#
    Initiative × trial × outcome × cohort × stratum of customers alike: how many
    were reached and how many to compare with, and their outcome before and after.
    Who was heard too little in a period has no score there and is not among them.
    Attrition has one period a cohort, and counts against what happened before.
#}
{% set groups = {'reached': 'is_reached', 'compared': 'not is_reached'} %}
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
        {% for period in ['before', 'after'] %}
        scores.score_{{ period }},
        {{ indicator(
            'scores.score_' ~ period ~ ' >= segment_thresholds.connected_from'
        ) }} as connected_{{ period }},
        {{ indicator('coalesce(acts.is_advocate_' ~ period ~ ', false)') }}
            as advocate_{{ period }},
        case
            when customers.cohort = '{{ period }}'
                then {{ indicator('customers.has_left') }}
        end as gone_{{ period }},
        {% endfor %}
        customers.*
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
    {% for outcome in initiative_outcomes() %}
    {% set before = outcome.value ~ '_before' %}
    {% set after = outcome.value ~ '_after' %}
    select
        *,
        '{{ outcome.name }}' as outcome,
        cast({{ before }} as numeric) as value_before,
        cast({{ after }} as numeric) as value_after,
        cast(coalesce({{ after }}, 0) - coalesce({{ before }}, 0) as numeric)
            as difference
    from known
    {% if outcome.cohorts == 1 %}
    where cohort = 'after' and {{ after }} is not null
    {% endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

strata as (
    select
        initiative,
        is_placebo,
        outcome,
        {% for group, condition in groups.items() %}
        count(*) filter (where {{ condition }}) as {{ group }},
        avg(value_before) filter (where {{ condition }}) as {{ group }}_before,
        avg(value_after) filter (where {{ condition }}) as {{ group }}_after,
        avg(difference) filter (where {{ condition }}) as {{ group }}_change,
        var_samp(difference) filter (where {{ condition }})
            as {{ group }}_variance,
        {% endfor %}
        cohort
    from changes
    group by
        initiative, is_placebo, outcome, cohort, tier, orders_band, tenure_band
)

select * from strata
