{#
    Every address that a contact ever had finds its customer: one that was changed
    since, one of a contact that was merged away. An address counts only where
    exactly one customer has it now, or had it where nobody has it now: two people
    who share an e-mail address are not made one, and a number that was given to
    somebody else is theirs.
#}
with

int_contact_addresses as (
    select
        vendor,
        contact_id,
        rule,
        address,
        is_current,
        linked_at
    from {{ ref('int_contact_addresses') }}
    where is_proof
),

int_identities as (
    select
        vendor,
        contact_id,
        customer_id
    from {{ ref('int_identities') }}
),

claims as (
    select
        int_contact_addresses.rule,
        int_contact_addresses.address,
        int_identities.customer_id,
        min(int_contact_addresses.linked_at) as linked_at,
        bool_or(int_contact_addresses.is_current) as is_current
    from int_contact_addresses
    inner join int_identities
        on
            int_contact_addresses.vendor = int_identities.vendor
            and int_contact_addresses.contact_id = int_identities.contact_id
    group by
        int_contact_addresses.rule,
        int_contact_addresses.address,
        int_identities.customer_id
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
