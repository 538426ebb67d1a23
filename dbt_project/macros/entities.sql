{#
    An entity holds the rows of every staging model that declares it, whatever
    the vendor. Its yml is the contract: it names the columns, and says their
    types once for all vendors.
#}

{#
    The body of an entity: each declaring model's columns, in the yml's order.
    Without one it is an empty table. The list comes from outside, because dbt
    must see each ref while it parses (see building/entities.py); it is checked
    against what the graph says as soon as there is one.
#}
{% macro entity(name) %}
    {{ config(materialized='view', contract={'enforced': true}) }}
    {% set names = fromjson(env_var('KINDRED_ENTITIES')).get(name, []) %}
    {% set declared = staging_models(name) | map(attribute='name') | list %}
    {% if execute and names != declared %}
        {% do exceptions.raise_compiler_error(
            'KINDRED_ENTITIES names ' ~ names ~ ' for ' ~ name ~ ', but '
            ~ declared ~ ' declare it. Run dbt with `kindred dbt`.'
        ) %}
    {% endif %}
    {% for staging_model in names %}
    select
        {{ model.columns | join(', ') }}
    from {{ ref(staging_model) }}
    {{ 'union all' if not loop.last }}
    {% else %}
    select
        {% for column in model.columns.values() %}
        cast(null as {{ column.data_type }}) as {{ column.name }}
        {{- ',' if not loop.last }}
        {% endfor %}
    where false
    {% endfor %}
{% endmacro %}

{# The nodes that declare an entity, by name; none while dbt parses. #}
{% macro staging_models(entity) %}
    {% do return(
        graph.nodes.values()
        | selectattr('config.meta.entity', 'defined')
        | selectattr('config.meta.entity', 'equalto', entity)
        | sort(attribute='name') | list if execute else []
    ) %}
{% endmacro %}
