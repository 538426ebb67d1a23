{{ config(post_hook='analyze {{ this }}') }}
{#
    The links of the customers who are due: evidence is found through them.
    Analyzed for the reason that int_identity_links has.
#}
with

int_identity_links as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links') }}
),

int_due_spine as (
    select customer_id
    from {{ ref('int_due_spine') }}
),

int_consents as (
    select
        customer_id,
        has_text_consent
    from {{ ref('int_consents') }}
),

due_links as (
    select
        int_identity_links.customer_id,
        int_identity_links.vendor,
        int_identity_links.link,
        int_identity_links.subject,
        int_consents.has_text_consent
    from int_identity_links
    inner join int_consents
        on int_identity_links.customer_id = int_consents.customer_id
    where
        int_identity_links.customer_id in (
            select int_due_spine.customer_id from int_due_spine
        )
)

select * from due_links
