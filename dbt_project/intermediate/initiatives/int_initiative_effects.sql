{#
    Initiative × trial × outcome × cohort: what changed for the reached less
    what changed for customers like them. A stratum of customers alike counts
    where it has enough of both groups, as often as it has reached ones; the
    others are left out, and reached_in_all says of how many.
#}
{% set groups = {'reached': 'is_reached', 'compared': 'not is_reached'} %}
with

int_initiative_changes as (
    select * from {{ ref('int_initiative_changes') }}
),

impact_rules as (
    select minimum_stratum
    from {{ ref('impact_rules') }}
),

strata as (
    select
        initiative,
        is_placebo,
        outcome,
        cohort,
        {% for group, condition in groups.items() %}
        count(*) filter (where {{ condition }}) as {{ group }},
        avg(value_before) filter (where {{ condition }}) as {{ group }}_before,
        avg(value_after) filter (where {{ condition }}) as {{ group }}_after,
        avg(difference) filter (where {{ condition }}) as {{ group }}_change,
        var_samp(difference) filter (where {{ condition }})
            as {{ group }}_variance,
        {% endfor %}
        count(*) as customers
    from int_initiative_changes
    group by
        initiative,
        is_placebo,
        outcome,
        cohort,
        tier,
        orders_band,
        tenure_band
),

everybody as (
    select
        strata.*,
        sum(strata.reached) over (
            partition by
                strata.initiative,
                strata.is_placebo,
                strata.outcome,
                strata.cohort
        ) as reached_in_all
    from strata
),

effects as (
    select
        everybody.initiative,
        everybody.is_placebo,
        everybody.outcome,
        everybody.cohort,
        everybody.reached_in_all,
        sum(everybody.reached) as customers_reached,
        sum(everybody.compared) as customers_compared,
        {% for group in groups %}
        {% for period in ['before', 'after'] %}
        {{ quotient(
            'sum(everybody.reached * everybody.' ~ group ~ '_' ~ period ~ ')',
            'sum(everybody.reached)'
        ) }} as {{ group }}_{{ period }},
        {% endfor %}
        {% endfor %}
        {{ matched_effect() }} as effect,
        {{ matched_variance() }} as variance
    from everybody
    inner join impact_rules
        on
            everybody.reached >= impact_rules.minimum_stratum
            and everybody.compared >= impact_rules.minimum_stratum
    group by
        everybody.initiative,
        everybody.is_placebo,
        everybody.outcome,
        everybody.cohort,
        everybody.reached_in_all
)

select * from effects
