{#
    Empirical Bayes: a team's mean is drawn toward the mean of all teams, the
    more so the less it is based on. Read by team_empathy, whose columns these
    are: teams, variance (of a team's mean, from the spread within all teams),
    between_variance, overall_shift, weight and all_weight, typical_variance.
#}

{#
    The spread between groups by the method of moments, at least 0: DerSimonian
    and Laird 1986, where all groups share one spread within (then it is the
    estimator of the one-way analysis of variance). `squares` is the sum of
    n * (mean - grand mean) squared over the groups.
#}
{% macro between_variance(squares, groups, within, sum_n, sum_nn) -%}
    {{ return(adapter.dispatch('between_variance', 'kindred')(
        squares, groups, within, sum_n, sum_nn)) }}
{%- endmacro %}

{% macro default__between_variance(squares, groups, within, sum_n, sum_nn) -%}
    coalesce(greatest(
        0, ({{ squares }} - ({{ groups }} - 1) * {{ within }})
        / nullif({{ sum_n }} - {{ sum_nn }} / nullif({{ sum_n }}, 0), 0)
    ), 0)
{%- endmacro %}

{#
    How much of the way to the mean of all teams a team is drawn. The factor
    (teams - 3) / (teams - 1) is for not knowing the spread between few teams
    well: of three or fewer none is drawn (Morris 1983, JASA 78, 47-55).
#}
{% macro shrinkage_factor() -%}
    {{ return(adapter.dispatch('shrinkage_factor', 'kindred')()) }}
{%- endmacro %}

{% macro default__shrinkage_factor() -%}
    case
        when teams > 3 and variance > 0
            then (teams - 3) / cast(teams - 1 as numeric)
            * variance / (variance + between_variance)
        else 0
    end
{%- endmacro %}

{#
    Variance of the estimate that was drawn, after Morris: what is left of the
    team's own, and what is not known of the mean and of the spread between.
    The plain B * variance covers 83-96 % at a nominal 95 (DECISIONS).
#}
{% macro shrunk_variance() -%}
    {{ return(adapter.dispatch('shrunk_variance', 'kindred')()) }}
{%- endmacro %}

{% macro default__shrunk_variance() -%}
    variance * (1 - (1 - weight / nullif(all_weight, 0)) * shrinkage)
    + case
        when teams > 3
            then 2 / cast(teams - 3 as numeric) * shrinkage * shrinkage
            * (typical_variance + between_variance)
            / nullif(variance + between_variance, 0)
            * (mean_shift - overall_shift) * (mean_shift - overall_shift)
        else 0
    end
{%- endmacro %}
