{# The unique ids of everything a model is made from, through dbt's graph. #}
{% macro nodes_above(model) %}
    {% set walk = namespace(met=[], next=['model.kindred.' ~ model]) %}
    {% for _ in range(50) if execute %}
        {% set found = [] %}
        {% for name in walk.next if name in graph.nodes %}
            {% do found.extend(graph.nodes[name].depends_on.nodes) %}
        {% endfor %}
        {% set walk.next = found | unique | reject('in', walk.met) | list %}
        {% set walk.met = walk.met + walk.next %}
    {% endfor %}
    {% do return(walk.met) %}
{% endmacro %}
