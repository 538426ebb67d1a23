{#
    Initiative × trial × outcome: what changed for the reached less what changed
    for customers like them. A stratum counts where it has enough of both groups,
    as often as it has reached ones; the others are left out, and share_matched
    says how many are not. Attrition has two cohorts, of different customers'
    chances: their effects add up and so do their variances, and with one of them
    missing there is no effect.
#}
{% set figures = [
    'reached_before', 'reached_after', 'compared_before', 'compared_after',
] %}
{% set counts = ['customers_reached', 'customers_compared', 'reached_in_all'] %}
with

int_initiative_strata as (
    select
        *,
        sum(reached) over (
            partition by initiative, is_placebo, outcome, cohort
        ) as reached_in_all
    from {{ ref('int_initiative_strata') }}
),

impact_rules as (
    select minimum_stratum
    from {{ ref('impact_rules') }}
),

segment_thresholds as (
    select
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

cohorts as (
    select
        initiative,
        is_placebo,
        outcome,
        cohort,
        reached_in_all,
        sum(reached) as customers_reached,
        sum(compared) as customers_compared,
        {% for figure in figures %}
        {{ quotient('sum(reached * ' ~ figure ~ ')', 'sum(reached)') }}
            as {{ figure }},
        {% endfor %}
        {{ matched_effect() }} as effect,
        {{ matched_variance() }} as variance
    from int_initiative_strata
    inner join impact_rules
        on least(reached, compared) >= impact_rules.minimum_stratum
    group by initiative, is_placebo, outcome, cohort, reached_in_all
),

summed as (
    select
        initiative,
        is_placebo,
        outcome,
        {% for count in counts %}
        max({{ count }}) filter (where cohort = 'after') as {{ count }},
        {% endfor %}
        {% for figure in figures %}
        max({{ figure }}) as {{ figure }},
        {% endfor %}
        min(least(customers_reached, customers_compared)) as smallest_group,
        sum(effect) as effect,
        sum(variance) as variance
    from cohorts
    group by initiative, is_placebo, outcome
    having count(*) = case outcome
        {% for outcome in initiative_outcomes() %}
        when '{{ outcome.name }}' then {{ outcome.cohorts }}
        {% endfor %}
    end
),

{# No end is cut off: a difference in differences lies within 200 points. #}
effects as (
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

select * from effects
