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

int_due_customers as (
    select
        customer_id,
        has_text_consent
    from {{ ref('int_due_customers') }}
),

due_links as (
    select
        int_identity_links.customer_id,
        int_identity_links.vendor,
        int_identity_links.link,
        int_identity_links.subject,
        int_due_customers.has_text_consent
    from int_identity_links
    inner join int_due_customers
        on int_identity_links.customer_id = int_due_customers.customer_id
)

select * from due_links
