{#
    SQL that only Postgres speaks, each with one place to override: write
    `<adapter>__<name>` beside the default and every model follows.
#}

{# The business's day on which an instant falls. #}
{% macro business_date(instant) -%}
    {{ return(adapter.dispatch('business_date', 'kindred')(instant)) }}
{%- endmacro %}

{% macro default__business_date(instant) -%}
    cast(
        {{ instant }} at time zone '{{ env_var("KINDRED_TIME_ZONE", "") or "UTC" }}'
        as date
    )
{%- endmacro %}

{# The first day of a date's month. #}
{% macro month_of(day) -%}
    {{ return(adapter.dispatch('month_of', 'kindred')(day)) }}
{%- endmacro %}

{% macro default__month_of(day) -%}
    cast(date_trunc('month', cast({{ day }} as timestamp)) as date)
{%- endmacro %}

{# The first day of the month `months` later (earlier if negative). #}
{% macro add_months(month, months) -%}
    {{ return(adapter.dispatch('add_months', 'kindred')(month, months)) }}
{%- endmacro %}

{% macro default__add_months(month, months) -%}
    cast({{ month }} + ({{ months }}) * interval '1 month' as date)
{%- endmacro %}

{# True for a day in the `months` before the first day of `next_month`. #}
{% macro in_trailing_window(day, next_month, months) -%}
    {{ next_month }} > {{ day }}
    and {{ add_months(next_month, '-' ~ months) }} <= {{ day }}
{%- endmacro %}

{# Whole months from one first of a month to a later one. #}
{% macro months_between(earlier, later) -%}
    {{ return(adapter.dispatch('months_between', 'kindred')(earlier, later)) }}
{%- endmacro %}

{% macro default__months_between(earlier, later) -%}
    cast(
        12 * (extract(year from {{ later }}) - extract(year from {{ earlier }}))
        + extract(month from {{ later }}) - extract(month from {{ earlier }})
        as integer
    )
{%- endmacro %}

{# A from-item: the first days of the months from one to another. #}
{% macro month_spine(first_month, last_month) -%}
    {{ return(adapter.dispatch('month_spine', 'kindred')(first_month, last_month)) }}
{%- endmacro %}

{% macro default__month_spine(first_month, last_month) -%}
    generate_series(
        cast({{ first_month }} as timestamp),
        cast({{ last_month }} as timestamp),
        interval '1 month'
    )
{%- endmacro %}

{# A from-item: the whole numbers from one to another. #}
{% macro number_spine(first, last) -%}
    {{ return(adapter.dispatch('number_spine', 'kindred')(first, last)) }}
{%- endmacro %}

{% macro default__number_spine(first, last) -%}
    generate_series({{ first }}, {{ last }})
{%- endmacro %}

{# The hash by which a text finds its score: as scoring computes it. #}
{% macro text_hash(content) -%}
    {{ return(adapter.dispatch('text_hash', 'kindred')(content)) }}
{%- endmacro %}

{% macro default__text_hash(content) -%}
    md5({{ content }})
{%- endmacro %}

{#
    A customer's name in the marts: stable, and not the vendor's id. Two vendors
    may count their contacts from 1, so the vendor is in the hash.
#}
{% macro customer_id(vendor, contact_id) -%}
    'c_' || left({{ text_hash(vendor ~ " || ':' || " ~ contact_id) }}, 16)
{%- endmacro %}

{# A currency in ISO 4217's letters; null where none is named. #}
{% macro normal_currency(currency) -%}
    nullif(upper(trim({{ currency }})), '')
{%- endmacro %}

{#
    The weight of evidence `age_days` old. Rounded to numeric before anything
    is summed, so that sums do not depend on the order of the rows.
#}
{% macro decayed_weight(age_days, half_life_days) -%}
    {{ return(adapter.dispatch('decayed_weight', 'kindred')(age_days, half_life_days)) }}
{%- endmacro %}

{% macro default__decayed_weight(age_days, half_life_days) -%}
    round(cast(
        power(
            cast(0.5 as double precision),
            cast({{ age_days }} as double precision) / {{ half_life_days }}
        ) as numeric
    ), 9)
{%- endmacro %}

{# Keep a number between two others. #}
{% macro between_bounds(value, low, high) -%}
    least(greatest({{ value }}, {{ low }}), {{ high }})
{%- endmacro %}
