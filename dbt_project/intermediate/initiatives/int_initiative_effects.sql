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
        sum(count(*) filter (where is_reached)) over (
            partition by initiative, is_placebo, outcome, cohort
        ) as reached_in_all
    from int_initiative_changes
    group by
        initiative, is_placebo, outcome, cohort, tier, orders_band, tenure_band
),

effects as (
    select
        initiative,
        is_placebo,
        outcome,
        cohort,
        reached_in_all,
        sum(reached) as customers_reached,
        sum(compared) as customers_compared,
        {% for group in groups %}
        {% for period in ['before', 'after'] %}
        {{ quotient(
            'sum(reached * ' ~ group ~ '_' ~ period ~ ')', 'sum(reached)'
        ) }} as {{ group }}_{{ period }},
        {% endfor %}
        {% endfor %}
        {{ matched_effect() }} as effect,
        {{ matched_variance() }} as variance
    from strata
    inner join impact_rules
        on least(reached, compared) >= impact_rules.minimum_stratum
    group by initiative, is_placebo, outcome, cohort, reached_in_all
)

select * from effects
