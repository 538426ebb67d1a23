{#
    Links that came or went since the build before. No old links: none moved.
#}
{% set previous_links = previous_table('int_customer_links') %}
with

new_links as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_links_found') }}
),

old_links as (
    select
        customer_id,
        channel,
        subject
    from {{ previous_links or ref('int_links_found') }}
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

moved as (
    select
        customer_id,
        channel,
        subject
    from gained
    union all
    select
        customer_id,
        channel,
        subject
    from lost
)

select * from moved
