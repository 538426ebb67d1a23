{#
    How cost follows change. `int_months_due` lists the customer-months to
    compute. What is kept from build to build deletes what is due and appends it
    anew: a customer-month mart those rows, a customer's record all that the
    customers with a month due have in it.
#}

{# The marts with a row per customer and month. #}
{% macro customer_month_marts() %}
    {% do return(['customer_segments', 'customer_attrition', 'customer_advocacy']) %}
{% endmacro %}

{# The models of intermediate/records; none while dbt parses. #}
{% macro customer_records() %}
    {% do return(
        graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('fqn.2', 'equalto', 'records')
        | map(attribute='name') | list if execute else []
    ) %}
{% endmacro %}

{#
    A table as the build before this one left it, or none. Read outside dbt's
    graph on purpose: it decides which rows to compute, never what is in them.
#}
{% macro previous_table(name) %}
    {% do return(adapter.get_relation(
        database=target.database, schema=target.schema, identifier=name
    )) %}
{% endmacro %}

{# True on a full refresh and where a table that a build starts from is missing. #}
{% macro is_everything_due() %}
    {% if flags.FULL_REFRESH or not execute %}
        {% do return(true) %}
    {% endif %}
    {% set others = [
        'int_identity_links', 'int_currency_rates', 'int_months_due', 'tier_moves',
    ] %}
    {% for name in customer_month_marts() + customer_records() + others %}
        {% if previous_table(name) is none %}
            {% do return(true) %}
        {% endif %}
    {% endfor %}
    {# An older version's mart does not say whose words it was made from. #}
    {% set columns = adapter.get_columns_in_relation(
        previous_table('customer_segments')) %}
    {% do return('consent' not in columns | map(attribute='name')) %}
{% endmacro %}

{# The build that this run makes; null where dbt is run by hand. #}
{% macro build_id() -%}
    cast({{ env_var('KINDRED_BUILD_ID', 'null') }} as bigint)
{%- endmacro %}

{# A pre-hook of the customer-month marts: make room for the rows that are due. #}
{% macro delete_rows_due() %}
    {% set months_due = ref('int_months_due') %}
    {% if is_incremental() %}
        delete from {{ this }}
        using {{ months_due }} as due
        where {{ this.identifier }}.customer_id = due.customer_id
            and {{ this.identifier }}.month = due.month
    {% endif %}
{% endmacro %}

{# A pre-hook of the customers' records: make room for the customers who are due. #}
{% macro delete_customers_due() %}
    {% set months_due = ref('int_months_due') %}
    {% if is_incremental() %}
        delete from {{ this }}
        where customer_id in (select due.customer_id from {{ months_due }} as due)
    {% endif %}
{% endmacro %}

{# A pre-hook of int_months_due: forget what has reached the readers. #}
{% macro delete_rows_published() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where build_id = 0
            or build_id <= (
                select coalesce(max(build_id), 0)
                from {{ source('ops', 'builds') }}
                where status = 'published'
            )
    {% endif %}
{% endmacro %}

{# How a customer stands on a day, from dates that do not change with the day. #}
{% macro customer_status(as_of_date, month) -%}
    case
        when contract_ended_on <= {{ as_of_date }} then 'contract_ended'
        when lapsed_on <= {{ as_of_date }} then 'lapsed'
        when lapsing_on <= {{ as_of_date }} then 'lapsing'
        when returned_on >= {{ month }} then 'returned'
        else 'active'
    end
{%- endmacro %}
