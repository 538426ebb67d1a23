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

{#
    The orders, read outside dbt's graph on purpose: they decide which currency
    most of them are in, so whose months are due when that turns. Nothing of the
    score is made from them, and the graph keeps saying so. The staging models'
    own SQL is used, for in a first build their views may not exist yet.
#}
{% macro orders_outside_graph() %}
    {% for node in staging_models('orders') %}
    select
        vendor,
        contact_id,
        currency,
        ordered_on
    from ({{ render(node.raw_code) }}) as orders
    union all
    {% endfor %}
    select
        cast(null as text) as vendor,
        cast(null as text) as contact_id,
        cast(null as text) as currency,
        cast(null as date) as ordered_on
    where false
{% endmacro %}
