{#
    A pre-hook of int_identity_links: write down which customers' contacts belong
    to another customer than in the build before. A contact that is new or gone
    changes nobody.
#}
{% macro record_identity_changes() %}
    {% set links = ref('int_identity_links_current') %}
    {% if previous_table('int_identity_links') is not none %}
        insert into {{ source('ops', 'identity_changes') }} (
            build_id, customer_id, became, is_gone, vendor, contacts, rule
        )
        select
            {{ build_id() }},
            old.customer_id,
            new.customer_id,
            not exists (
                select from {{ links }} as kept
                where kept.customer_id = old.customer_id and kept.link = 'contact'
            ),
            new.vendor,
            count(*),
            new.rule
        from {{ previous_table('int_identity_links') }} as old
        inner join {{ links }} as new using (vendor, link, subject)
        where link = 'contact' and old.customer_id <> new.customer_id
        group by old.customer_id, new.customer_id, new.vendor, new.rule
    {% endif %}
{% endmacro %}

{#
    Whether a record is the one that a link speaks of. Vendor and kind of link
    are one comparison: with three, Postgres takes them to be independent,
    expects one row, and reads all texts once for each link.
#}
{% macro same_record(record, link) -%}
    {{ record }}.subject = {{ link }}.subject
    and {{ record }}.vendor || ' ' || {{ record }}.link
    = {{ link }}.vendor || ' ' || {{ link }}.link
{%- endmacro %}
