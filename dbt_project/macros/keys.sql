{#
    A post-hook: the primary key that a table's yml names is the database's own,
    so nothing scans the table each night for a row that is there twice or a null
    in its key. The marts' contract makes theirs with the table. A kept table of
    an older version has none and gets it.
#}
{% macro add_primary_key() %}
    {% if not model.config.contract.enforced %}
        {% for constraint in model.constraints if constraint.type == 'primary_key' %}
            {{ adapter.dispatch('add_primary_key', 'kindred')(constraint.columns) }}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro default__add_primary_key(columns) %}
    do $$ begin
        if not exists (
            select from pg_index
            where indrelid = '{{ this }}'::regclass and indisprimary
        ) then
            alter table {{ this }} add primary key ({{ columns | join(', ') }});
        end if;
    end $$
{% endmacro %}
