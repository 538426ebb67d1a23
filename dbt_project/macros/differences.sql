{#
    The interval of a difference between the shares of two groups of different
    people: Newcombe's hybrid score interval (1998, method 10), made from the
    Wilson intervals of the two, so it holds with small groups and never leaves
    -1 to 1. An empty group gives none.
#}
{% macro difference_low(part, n, other_part, other_n) -%}
    {{ return(adapter.dispatch('newcombe', 'kindred')(
        part, n, other_part, other_n, '-')) }}
{%- endmacro %}

{% macro difference_high(part, n, other_part, other_n) -%}
    {{ return(adapter.dispatch('newcombe', 'kindred')(
        part, n, other_part, other_n, '+')) }}
{%- endmacro %}

{% macro default__newcombe(part, n, other_part, other_n, side) -%}
    {% set z, other_side = 'segment_thresholds.confidence_z', '-+' | replace(side, '') %}
    {% set end %}
        {{ share(part, n) }} - {{ share(other_part, other_n) }}
        {{ side }} sqrt(
            power({{ share(part, n) }} - {{ default__wilson(part, n, z, side) }}, 2)
            + power(
                {{ share(other_part, other_n) }}
                - {{ default__wilson(other_part, other_n, z, other_side) }}, 2
            )
        )
    {% endset %}
    {{ decimal(end, 9, 6) }}
{%- endmacro %}
