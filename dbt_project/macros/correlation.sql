{#
    Pearson's correlation of x and y over a group, and the ends of its interval
    by Fisher's transformation (1921), from sums in numeric so that the order of
    the rows does not matter. Null where x or y does not vary, or under four rows.
#}
{% macro correlation(x, y) -%}
    {{ return(adapter.dispatch('correlation', 'kindred')(x, y)) }}
{%- endmacro %}

{% macro default__correlation(x, y) -%}
    case
        when count(*) > 3
            and count(*) * sum({{ x }} * {{ x }}) > sum({{ x }}) * sum({{ x }})
            and count(*) * sum({{ y }} * {{ y }}) > sum({{ y }}) * sum({{ y }})
            then round(greatest(-1, least(1,
                {# Both factors are over 0: the condition says so. #}
                (count(*) * sum({{ x }} * {{ y }}) - sum({{ x }}) * sum({{ y }}))
                / sqrt(
                    (count(*) * sum({{ x }} * {{ x }}) - sum({{ x }}) * sum({{ x }}))
                    * (count(*) * sum({{ y }} * {{ y }}) - sum({{ y }}) * sum({{ y }}))
                )
            )), 6)
    end
{%- endmacro %}

{# The ends of a correlation's interval, from its row and segment_thresholds. #}
{% macro correlation_low(row) -%}
    {{ return(adapter.dispatch('fisher', 'kindred')(row, '-')) }}
{%- endmacro %}

{% macro correlation_high(row) -%}
    {{ return(adapter.dispatch('fisher', 'kindred')(row, '+')) }}
{%- endmacro %}

{# tanh(artanh(r) -+ z / sqrt(n - 3)), written with exp. #}
{% macro default__fisher(row, side) -%}
    {% set end %}
        case
            when abs({{ row }}.correlation) < 1 and {{ row }}.customers > 3
                then 1 - 2 / (exp(
                    ln((1 + {{ row }}.correlation) / (1 - {{ row }}.correlation))
                    {{ side }} 2 * segment_thresholds.confidence_z
                    / sqrt(cast({{ row }}.customers - 3 as numeric))
                ) + 1)
            else {{ row }}.correlation
        end
    {% endset %}
    {{ decimal(end, 9, 6) }}
{%- endmacro %}
