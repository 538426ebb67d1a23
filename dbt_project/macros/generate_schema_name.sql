{# Everything lands in `build`, whatever its folder: readers never see it there. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema }}
{%- endmacro %}
