{# The way back from a customer to the records of the CRMs. #}
with

int_identities as (
    select
        vendor,
        contact_id,
        surviving_contact_id,
        customer_id,
        rule,
        created_at
    from {{ ref('int_identities') }}
),

int_customers as (
    select customer_id
    from {{ ref('int_customers') }}
),

customer_keys as (
    select
        int_identities.customer_id,
        int_identities.vendor,
        int_identities.contact_id as record_id,
        int_identities.contact_id = int_identities.surviving_contact_id
            as is_live,
        int_identities.rule,
        int_identities.created_at
    from int_identities
    inner join int_customers
        on int_identities.customer_id = int_customers.customer_id
)

select * from customer_keys
