{#
    Intervals around means, in numeric so that the result is the same whatever
    the order of the rows. `z` is the seed's confidence_z.
#}

{#
    What a mean's error is made of where a customer may count several times:
    the squares of each customer's summed deviations (Liang and Zeger 1986).
    Takes sums over customers of n * n, n * total and total * total, where n is
    how often the customer counts and total the sum of the customer's values.
#}
{% macro squared_deviations(mean, sum_nn, sum_nt, sum_tt) -%}
    {{ return(adapter.dispatch('squared_deviations', 'kindred')(
        mean, sum_nn, sum_nt, sum_tt)) }}
{%- endmacro %}

{% macro default__squared_deviations(mean, sum_nn, sum_nt, sum_tt) -%}
    greatest(0, {{ sum_tt }} - 2 * {{ mean }} * {{ sum_nt }}
    + {{ mean }} * {{ mean }} * {{ sum_nn }})
{%- endmacro %}

{#
    Variance of a mean of `n` values from `customers` customers; null of fewer
    than two. Where each counts once it is the sample variance by n.
#}
{% macro variance_of_mean(squares, n, customers) -%}
    {{ return(adapter.dispatch('variance_of_mean', 'kindred')(
        squares, n, customers)) }}
{%- endmacro %}

{% macro default__variance_of_mean(squares, n, customers) -%}
    {{ quotient(squares, 'cast(' ~ n ~ ' as numeric) * ' ~ n) }}
    * {{ customers }} / nullif({{ customers }} - 1, 0)
{%- endmacro %}

{# The ends of the normal interval of an estimate, kept within -bound and bound. #}
{% macro normal_low(estimate, variance, bound) -%}
    {{ return(adapter.dispatch('normal_end', 'kindred')(
        estimate, variance, bound, '-')) }}
{%- endmacro %}

{% macro normal_high(estimate, variance, bound) -%}
    {{ return(adapter.dispatch('normal_end', 'kindred')(
        estimate, variance, bound, '+')) }}
{%- endmacro %}

{% macro default__normal_end(estimate, variance, bound, side) -%}
    {% set end %}
        case
            when {{ variance }} >= 0
                then greatest(-{{ bound }}, least({{ bound }},
                    {{ estimate }} {{ side }} segment_thresholds.confidence_z
                    * sqrt({{ variance }})
                ))
        end
    {% endset %}
    {{ decimal(end, 9, 6) }}
{%- endmacro %}
