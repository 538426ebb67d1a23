{{ config(
    materialized='view',
    post_hook='grant select on {{ this }} to kindred_loader',
) }}
{#
    Whose texts may be scored, by load: the subjects of the customers who
    consent. Scoring reads no other text and keeps the scores of no other; the
    score step makes this and what it is made from before it reads. A text that
    belongs to nobody has nobody's consent.
#}
with

int_identity_links_current as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links_current') }}
),

int_consents as (
    select customer_id
    from {{ ref('int_consents') }}
    where has_text_consent
),

stg_ops_source_loads as (
    select
        load,
        vendor,
        link
    from {{ ref('stg_ops_source_loads') }}
),

subjects as (
    select
        stg_ops_source_loads.load,
        int_identity_links_current.subject
    from int_identity_links_current
    inner join int_consents
        on int_identity_links_current.customer_id = int_consents.customer_id
    inner join stg_ops_source_loads
        on
            int_identity_links_current.vendor = stg_ops_source_loads.vendor
            and int_identity_links_current.link = stg_ops_source_loads.link
)

select * from subjects
