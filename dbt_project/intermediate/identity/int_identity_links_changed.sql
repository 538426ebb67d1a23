{#
    Links that came or went since the build before. No old links: none changed.
#}
{% set previous_links = previous_table('int_identity_links') %}
with

new_links as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links_current') }}
),

old_links as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ previous_links or ref('int_identity_links_current') }}
),

gained as (
    select * from new_links
    except
    select * from old_links
),

lost as (
    select * from old_links
    except
    select * from new_links
),

changed as (
    select
        customer_id,
        vendor,
        link,
        subject
    from gained
    union all
    select
        customer_id,
        vendor,
        link,
        subject
    from lost
)

select * from changed
