{#
    An initiative's outcomes: the unit, and the name by which
    int_initiative_strata knows the values before and after. Attrition has no
    change per customer, for who left before was not there after: two cohorts
    of customers are compared, one a period.
#}
{% macro initiative_outcomes() %}
    {% do return([
        {'name': 'connection_score', 'unit': 'points', 'value': 'score', 'cohorts': 1},
        {'name': 'connected_share', 'unit': 'share', 'value': 'connected', 'cohorts': 1},
        {'name': 'advocacy', 'unit': 'share', 'value': 'advocate', 'cohorts': 1},
        {'name': 'attrition', 'unit': 'share', 'value': 'gone', 'cohorts': 2},
    ]) %}
{% endmacro %}

{#
    A difference in differences over strata of comparable customers (coarsened
    exact matching, Iacus, King and Porro 2012): in each stratum what changed
    for the reached less what changed for the others, weighted by the reached,
    so it speaks of them. Its variance is Neyman's, each group's own by its
    size. Aggregates of int_initiative_strata's columns.
#}
{% macro matched_effect() -%}
    {{ return(adapter.dispatch('matched_effect', 'kindred')()) }}
{%- endmacro %}

{% macro default__matched_effect() -%}
    round({{ quotient(
        'sum(reached * (reached_change - compared_change))', 'sum(reached)'
    ) }}, 9)
{%- endmacro %}

{% macro matched_variance() -%}
    {{ return(adapter.dispatch('matched_variance', 'kindred')()) }}
{%- endmacro %}

{% macro default__matched_variance() -%}
    {% set squares %}
        sum(reached * reached * (
            {{ quotient('reached_variance', 'reached') }}
            + {{ quotient('compared_variance', 'compared') }}
        ))
    {% endset %}
    round({{ quotient(squares, 'sum(reached) * sum(reached)') }}, 12)
{%- endmacro %}
