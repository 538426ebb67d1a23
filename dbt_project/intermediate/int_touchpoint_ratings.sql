{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    How customers rated the touchpoints they met and how much they say each
    matters, found anew for those who are due.
#}
with

int_identity_links_due as (
    select
        customer_id,
        subject
    from {{ ref('int_identity_links_due') }}
    where channel = 'contact'
),

stg_salesforce_touchpoint_ratings as (
    select
        rating_id,
        contact_id,
        touchpoint,
        rated_at,
        rating,
        importance
    from {{ ref('stg_salesforce_touchpoint_ratings') }}
),

touchpoint_ratings as (
    select
        int_identity_links_due.customer_id,
        stg_salesforce_touchpoint_ratings.rating_id,
        stg_salesforce_touchpoint_ratings.touchpoint,
        stg_salesforce_touchpoint_ratings.rating,
        stg_salesforce_touchpoint_ratings.importance,
        {{ business_date('stg_salesforce_touchpoint_ratings.rated_at') }}
            as rated_on
    from stg_salesforce_touchpoint_ratings
    inner join int_identity_links_due
        on stg_salesforce_touchpoint_ratings.contact_id = int_identity_links_due.subject
)

select * from touchpoint_ratings
