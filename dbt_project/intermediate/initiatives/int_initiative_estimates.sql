{#
    Initiative × trial × outcome: the effect, with the customers behind it.
    Cohorts are of different customers' chances, so attrition's two effects add
    up and so do their variances; with one of them missing there is no effect.
#}
{% set figures = [
    'reached_before', 'reached_after', 'compared_before', 'compared_after',
] %}
{% set counts = ['customers_reached', 'customers_compared', 'reached_in_all'] %}
with

int_initiative_effects as (
    select * from {{ ref('int_initiative_effects') }}
),

segment_thresholds as (
    select
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

summed as (
    select
        initiative,
        is_placebo,
        outcome,
        sum(effect) as effect,
        sum(variance) as variance,
        {% for count in counts %}
        max({{ count }}) filter (where cohort = 'after') as {{ count }},
        {% endfor %}
        {% for figure in figures %}
        max({{ figure }}) as {{ figure }},
        {% endfor %}
        min(least(customers_reached, customers_compared)) as smallest_group
    from int_initiative_effects
    group by initiative, is_placebo, outcome
    having count(*) = case outcome
        {% for outcome in initiative_outcomes() %}
        when '{{ outcome.name }}' then {{ outcome.cohorts }}
        {% endfor %}
    end
),

{# No end is cut off: a difference in differences lies within 200 points. #}
estimates as (
    select
        initiative,
        is_placebo,
        outcome,
        {{ whole('customers_reached') }} as customers_reached,
        {{ whole('customers_compared') }} as customers_compared,
        smallest_group < segment_thresholds.minimum_group as is_suppressed,
        {{ share('customers_reached', 'reached_in_all') }} as share_matched,
        {% for figure in figures + ['effect'] %}
        {{ decimal(figure, 9, 6) }} as {{ figure }},
        {% endfor %}
        {{ normal_low('effect', 'variance', 200) }} as effect_low,
        {{ normal_high('effect', 'variance', 200) }} as effect_high
    from summed
    cross join segment_thresholds
)

select * from estimates
