{#
    Intervals around shares, means and net promoter scores, in numeric so that the
    result is the same whatever the order of the rows. `z` is the seed's
    confidence_z. An empty group has no interval.
#}

{# Wilson score interval of a share of `n` (Wilson 1927). #}
{% macro wilson_low(successes, n, z) -%}
    {{ return(adapter.dispatch('wilson', 'kindred')(successes, n, z, '-')) }}
{%- endmacro %}

{% macro wilson_high(successes, n, z) -%}
    {{ return(adapter.dispatch('wilson', 'kindred')(successes, n, z, '+')) }}
{%- endmacro %}

{% macro default__wilson(successes, n, z, side) -%}
    case
        when {{ n }} > 0 then greatest(0, least(1, round((
            {{ successes }} + {{ z }} * {{ z }} / 2
            {{ side }} {{ z }} * {{ root(
                successes ~ ' * cast(' ~ n ~ ' - ' ~ successes ~ ' as numeric) / '
                ~ n ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / 4'
            ) }}
        ) / ({{ n }} + {{ z }} * {{ z }}), 6)))
    end
{%- endmacro %}

{#
    Adjusted Wald interval of a net promoter score in points, -100 to 100:
    three imaginary answers are added, a quarter promoter, a half passive, a
    quarter detractor (Sauro and Lewis), then the Wald interval is taken. With
    an answer or two it can miss the score itself; it is widened to hold it.
#}
{% macro nps_low(promoters, detractors, n, z) -%}
    {{ return(adapter.dispatch('adjusted_wald', 'kindred')(
        promoters, detractors, n, z, '-')) }}
{%- endmacro %}

{% macro nps_high(promoters, detractors, n, z) -%}
    {{ return(adapter.dispatch('adjusted_wald', 'kindred')(
        promoters, detractors, n, z, '+')) }}
{%- endmacro %}

{% macro default__adjusted_wald(promoters, detractors, n, z, side) -%}
    case
        when {{ n }} > 0 then greatest(-100, least(100, round(
            100 * {{ 'least' if side == '-' else 'greatest' }}(
                cast({{ promoters }} - {{ detractors }} as numeric) / {{ n }},
                cast({{ promoters }} - {{ detractors }} as numeric) / ({{ n }} + 3)
                {{ side }} {{ z }} * sqrt(greatest(0, (
                    ({{ promoters }} + {{ detractors }} + 1.5) / ({{ n }} + 3)
                    - power(
                        cast({{ promoters }} - {{ detractors }} as numeric)
                        / ({{ n }} + 3), 2
                    )
                ) / ({{ n }} + 3)))
            ), 2
        )))
    end
{%- endmacro %}

{#
    One end (low or high) of the interval of a value index, a ratio of two
    means times 100: the delta method on the logarithm of the ratio, for
    independent groups. The base has none around its own 100, and all, which
    holds the base, is not independent of it. Reads segment_summary's columns.
#}
{% macro value_index_end(side) -%}
    {{ return(adapter.dispatch('value_index_end', 'kindred')(side)) }}
{%- endmacro %}

{% macro default__value_index_end(side) -%}
    {% set log_ratio = logarithm('value_12m / base_value_12m') %}
    {% set sign = '-' if side == 'low' else '+' %}
    {% set half_width %}
        segment_thresholds.confidence_z * sqrt(
            variance_12m / (customers * value_12m * value_12m)
            + base_variance_12m
            / (base_customers * base_value_12m * base_value_12m)
        )
    {% endset %}
    case
        when tier = 'highly_satisfied' then value_12m / nullif(value_12m, 0) * 100
        when tier <> 'all' and customers > 1 and base_customers > 1
            and value_12m > 0 and base_value_12m > 0
            then 100 * {{ exponential(log_ratio ~ sign ~ half_width) }}
    end
{%- endmacro %}

{# Why there is no value index, from the same columns; null where there is one. #}
{% macro value_index_reason() -%}
    case
        when {{ decimal(quotient('100 * value_12m', 'base_value_12m'), 12, 2) }} is not null
            then null
        when customers = 0 then 'nobody was a customer'
        when base_customers is null then 'nobody was highly satisfied'
        when base_value_12m = 0 then 'the highly satisfied bought nothing'
        else 'it has more than 10 digits before the point'
    end
{%- endmacro %}

{# A share of `n` as a number between 0 and 1; null of nothing. #}
{% macro share(part, n) -%}
    {{ decimal(quotient(part, n), 9, 6) }}
{%- endmacro %}

{# The end of a share's interval, as the marts hold it. #}
{% macro share_low(part, n) -%}
    {{ decimal(wilson_low(part, n, 'segment_thresholds.confidence_z'), 9, 6) }}
{%- endmacro %}

{% macro share_high(part, n) -%}
    {{ decimal(wilson_high(part, n, 'segment_thresholds.confidence_z'), 9, 6) }}
{%- endmacro %}

{# Change against an earlier figure, as a share of it; null without one, or of a million and more. #}
{% macro growth(now, before) -%}
    {{ decimal(quotient(now, before) ~ ' - 1', 12, 6) }}
{%- endmacro %}

{#
    The normal interval of a mean of money, from the variance of the single
    values; null under two of them.
#}
{% macro mean_low(mean, variance, n) -%}
    {{ return(adapter.dispatch('mean_end', 'kindred')(mean, variance, n, '-')) }}
{%- endmacro %}

{% macro mean_high(mean, variance, n) -%}
    {{ return(adapter.dispatch('mean_end', 'kindred')(mean, variance, n, '+')) }}
{%- endmacro %}

{% macro default__mean_end(mean, variance, n, side) -%}
    {{ money(
        mean ~ side ~ 'segment_thresholds.confidence_z * '
        ~ root(quotient(variance, n))
    ) }}
{%- endmacro %}
