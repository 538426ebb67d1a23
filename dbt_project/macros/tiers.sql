{#
    True where a customer who was measured and not connected is connected in
    the other tier. Somebody first heard connected, or no longer heard, may
    have been so all along: no gain and no loss.
#}
{% macro gains_connection(from_tier, to_tier) -%}
    (
        {{ from_tier }} not in (
            'fully_connected', 'connected_let_down', 'unmeasured'
        )
        and {{ to_tier }} in ('fully_connected', 'connected_let_down')
    )
{%- endmacro %}
