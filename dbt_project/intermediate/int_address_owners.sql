{#
    Every address that a contact ever had finds its customer: one that was changed
    since, one of a contact that was merged away. An address counts only where
    exactly one customer has it now, or had it where nobody has it now: two people
    who share an e-mail address are not made one, and a number that was given to
    somebody else is theirs. An e-mail address must be verified, a handle claimed
    in the CRM.
#}
with

contacts as (
    select
        contact_id,
        email,
        is_email_verified,
        phone,
        social_handle
    from {{ ref('contacts') }}
),

stg_ops_addresses as (
    select
        contact_id,
        rule,
        address
    from {{ ref('stg_ops_addresses') }}
),

int_surviving_contacts as (
    select
        contact_id,
        surviving_contact_id,
        customer_id,
        created_at
    from {{ ref('int_surviving_contacts') }}
),

now as (
    select
        contact_id,
        'email' as rule,
        email as address
    from contacts
    where is_email_verified
    union all
    select
        contact_id,
        'phone' as rule,
        phone as address
    from contacts
    union all
    select
        contact_id,
        'claimed_handle' as rule,
        social_handle as address
    from contacts
),

addresses as (
    select
        contact_id,
        rule,
        address,
        true as is_present
    from now
    where address is not null
    union all
    select
        contact_id,
        rule,
        address,
        false as is_present
    from stg_ops_addresses
),

claims as (
    select
        addresses.rule,
        addresses.address,
        int_surviving_contacts.customer_id,
        min(int_surviving_contacts.created_at) as linked_at,
        bool_or(
            addresses.is_present
            and addresses.contact_id
            = int_surviving_contacts.surviving_contact_id
        ) as is_current
    from addresses
    inner join int_surviving_contacts
        on addresses.contact_id = int_surviving_contacts.contact_id
    group by
        addresses.rule, addresses.address, int_surviving_contacts.customer_id
),

ranked as (
    select
        *,
        bool_or(is_current) over (partition by rule, address) as has_owner
    from claims
),

owners as (
    select
        rule,
        address,
        min(customer_id) as customer_id,
        min(linked_at) as linked_at
    from ranked
    where is_current = has_owner
    group by rule, address
    having count(*) = 1
)

select * from owners
