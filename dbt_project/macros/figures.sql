{#
    A figure that cannot be said is null: what has no value (a division by
    nothing, the logarithm of a loss) and what its column has no room for. No
    amount, however large, stops a build. Models write no such arithmetic
    beside these macros (tests/unit/test_figures.py).
#}

{# A number with `precision` digits, `scale` of them after the point. #}
{% macro decimal(figure, precision, scale) -%}
    {{ return(adapter.dispatch('decimal', 'kindred')(figure, precision, scale)) }}
{%- endmacro %}

{# The bound is met by what is too large, endless or no number, and by null. #}
{% macro default__decimal(figure, precision, scale) -%}
    {% set bound = '1' ~ '0' * (precision - scale) %}
    cast(nullif(nullif(greatest(least(
        round(cast({{ figure }} as numeric), {{ scale }}), {{ bound }}
    ), -{{ bound }}), {{ bound }}), -{{ bound }}) as numeric({{ precision }}, {{ scale }}))
{%- endmacro %}

{# An amount of money, or a sum or mean of amounts. #}
{% macro money(figure) -%}
    {{ decimal(figure, 18, 2) }}
{%- endmacro %}

{# A figure of so many digits before the point; null beyond. #}
{% macro within(figure, digits) -%}
    case when abs({{ figure }}) < {{ '1' ~ '0' * digits }} then {{ figure }} end
{%- endmacro %}

{# A sum, 0 of nothing, and a mean, of what is known of all `parts`: some of a sum is none. #}
{% macro total(figure, parts) -%}
    case when count({{ figure }}) = count({{ parts }}) then coalesce(sum({{ figure }}), 0) end
{%- endmacro %}

{% macro mean(figure, parts, where='true') -%}
    case
        when count({{ figure }}) filter (where {{ where }})
            = count({{ parts }}) filter (where {{ where }})
            then avg({{ figure }}) filter (where {{ where }})
    end
{%- endmacro %}

{# A whole number: of four bytes, or of eight. #}
{% macro whole(figure, kind='integer') -%}
    {{ return(adapter.dispatch('whole', 'kindred')(figure, kind)) }}
{%- endmacro %}

{% macro default__whole(figure, kind) -%}
    {% set bound = {'integer': 2147483648, 'bigint': 9223372036854775808}[kind] %}
    cast(nullif(nullif(greatest(least(
        round(cast({{ figure }} as numeric)), {{ bound }}
    ), -{{ bound }}), {{ bound }}), -{{ bound }}) as {{ kind }})
{%- endmacro %}

{# 1 where something is so, else 0; null where that is not known. #}
{% macro indicator(condition) -%}
    cast({{ condition }} as integer)
{%- endmacro %}

{# One figure by another; null where that is nothing. #}
{% macro quotient(part, whole) -%}
    ({{ part }}) / nullif(cast({{ whole }} as numeric), 0)
{%- endmacro %}

{# The square root; null under 0. #}
{% macro root(figure) -%}
    sqrt(case when {{ figure }} >= 0 then {{ figure }} end)
{%- endmacro %}

{# The natural logarithm; null up to 0. #}
{% macro logarithm(figure) -%}
    ln(case when {{ figure }} > 0 then {{ figure }} end)
{%- endmacro %}

{# e to the power of a figure; null where that has more than 304 digits. #}
{% macro exponential(figure) -%}
    case when {{ figure }} <= 700 then exp(greatest({{ figure }}, -700)) end
{%- endmacro %}

{# A figure times itself. #}
{% macro squared(figure) -%}
    power({{ figure }}, 2)
{%- endmacro %}
