{#
    How many times as often as in the base group something happened, or one end
    of its interval: the delta method on the logarithm of a ratio of two
    independent shares (Katz et al. 1978). Null where either happened to nobody.
    Reads segment_consolidation's columns.
#}
{% macro rate_ratio(side='') -%}
    {{ return(adapter.dispatch('rate_ratio', 'kindred')(side)) }}
{%- endmacro %}

{% macro default__rate_ratio(side) -%}
    {% set ratio %}
        case
            when customers_consolidated > 0 and base_consolidated > 0
                then cast(customers_consolidated as numeric)
                    / customers_at_start
                    / (cast(base_consolidated as numeric) / base_at_start)
                {% if side %}
                    * {{ exponential(
                        side ~ 'segment_thresholds.confidence_z * ' ~ root(
                            '1.0 / customers_consolidated'
                            ~ ' - 1.0 / customers_at_start'
                            ~ ' + 1.0 / base_consolidated - 1.0 / base_at_start'
                        )
                    ) }}
                {% endif %}
        end
    {% endset %}
    {{ decimal(ratio, 12, 4) }}
{%- endmacro %}
