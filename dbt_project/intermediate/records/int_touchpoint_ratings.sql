{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    How customers rated the touchpoints they met and how much they say each
    matters, recomputed for those who are due.
#}
with

int_identity_links_due as (
    select
        customer_id,
        vendor,
        subject
    from {{ ref('int_identity_links_due') }}
    where link = 'contact'
),

touchpoint_ratings as (
    select
        vendor,
        rating_id,
        contact_id,
        touchpoint,
        rated_at,
        rating,
        importance
    from {{ ref('touchpoint_ratings') }}
),

linked as (
    select
        int_identity_links_due.customer_id,
        touchpoint_ratings.vendor,
        touchpoint_ratings.rating_id,
        touchpoint_ratings.touchpoint,
        touchpoint_ratings.rating,
        touchpoint_ratings.importance,
        {{ business_date('touchpoint_ratings.rated_at') }} as rated_on
    from touchpoint_ratings
    inner join int_identity_links_due
        on
            touchpoint_ratings.vendor = int_identity_links_due.vendor
            and touchpoint_ratings.contact_id = int_identity_links_due.subject
)

select * from linked
