{#
    An address counts only where exactly one customer has it: two people who
    share an e-mail address are not made one. An e-mail address must be
    verified, a handle claimed in the CRM.
#}
with

stg_salesforce_contacts as (
    select
        contact_id,
        email,
        is_email_verified,
        phone,
        mastodon_account,
        created_at
    from {{ ref('stg_salesforce_contacts') }}
),

int_customers as (
    select
        customer_id,
        contact_id
    from {{ ref('int_customers') }}
),

addresses as (
    select
        contact_id,
        'email' as rule,
        email as address,
        created_at
    from stg_salesforce_contacts
    where is_email_verified and email is not null
    union all
    select
        contact_id,
        'phone' as rule,
        phone as address,
        created_at
    from stg_salesforce_contacts
    where phone is not null
    union all
    select
        contact_id,
        'claimed_handle' as rule,
        mastodon_account as address,
        created_at
    from stg_salesforce_contacts
    where mastodon_account is not null
),

owners as (
    select
        addresses.rule,
        addresses.address,
        min(int_customers.customer_id) as customer_id,
        min(addresses.created_at) as linked_at
    from addresses
    inner join int_customers
        on addresses.contact_id = int_customers.contact_id
    group by addresses.rule, addresses.address
    having count(*) = 1
)

select * from owners
