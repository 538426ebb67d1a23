{#
    An amount in the reporting currency, at a rate of int_currency_rates. One without
    a currency is in the only one there is. Null without a rate, and with more
    digits than a sum of a thousand such amounts has room for: it is not added up,
    and counted.
#}
{% macro in_reporting_currency(amount, currency, rate) -%}
    {{ within(
        'case when ' ~ currency ~ ' is null then ' ~ amount
        ~ ' else ' ~ amount ~ ' * ' ~ rate ~ ' end', 13
    ) }}
{%- endmacro %}
