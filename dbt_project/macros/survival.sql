{#
    Survival by Kaplan and Meier (1958) from a life table whose rows hold
    `at_risk` and `left_customers`, in numeric: the same to the last digit
    whatever the order of the rows. `window` is the window from entry to the
    row. Once everybody has left, survival is 0.
#}
{% macro kaplan_meier(window) -%}
    {{ return(adapter.dispatch('kaplan_meier', 'kindred')(window)) }}
{%- endmacro %}

{% macro default__kaplan_meier(window) -%}
    case
        when bool_or(left_customers = at_risk) over {{ window }} then 0
        else {{ exponential(
            'sum(' ~ logarithm('1 - ' ~ quotient('left_customers', 'at_risk'))
            ~ ') over ' ~ window
        ) }}
    end
{%- endmacro %}

{# Greenwood's (1926) sum: the variance of the logarithm of that survival. #}
{% macro greenwood(window) -%}
    {{ return(adapter.dispatch('greenwood', 'kindred')(window)) }}
{%- endmacro %}

{% macro default__greenwood(window) -%}
    sum(
        cast(left_customers as numeric)
        / nullif(cast(at_risk as numeric) * (at_risk - left_customers), 0)
    ) over {{ window }}
{%- endmacro %}

{#
    One end (low or high) of the survival's interval on the scale of
    log(-log survival) (Kalbfleisch and Prentice), which stays between 0 and 1.
    Before the first has left and after the last there is no spread to
    estimate, and no interval.
#}
{% macro survival_end(survival, variance, side) -%}
    {{ return(adapter.dispatch('survival_end', 'kindred')(survival, variance, side)) }}
{%- endmacro %}

{% macro default__survival_end(survival, variance, side) -%}
    case
        when {{ survival }} > 0 and {{ survival }} < 1
            then power({{ survival }}, {{ exponential(
                ('-' if side == 'low' else '')
                ~ 'segment_thresholds.confidence_z * sqrt(' ~ variance ~ ') / ln('
                ~ survival ~ ')'
            ) }})
    end
{%- endmacro %}
