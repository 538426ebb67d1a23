{#
    The addresses by which people of several CRMs may be one person. In each CRM
    exactly one person has the address, or had it where nobody there has it now:
    what two people of one CRM share, a family's telephone or a switchboard,
    matches nobody. Nor does a role's mailbox. With one CRM there is nothing to
    match, and no rule to match by.
#}
with

int_contact_addresses as (
    select
        vendor,
        contact_id,
        rule,
        address,
        is_current
    from {{ ref('int_contact_addresses') }}
    where is_proof and is_personal
),

int_people as (
    select
        vendor,
        contact_id,
        person_id
    from {{ ref('int_people') }}
),

identity_rules as (
    select rule
    from {{ ref('identity_rules') }}
    where
        is_on
        and crosses_vendors
        and (select min(vendor) <> max(vendor) from int_people)
),

people as (
    select
        int_contact_addresses.rule,
        int_contact_addresses.address,
        int_people.vendor,
        int_people.person_id,
        bool_or(int_contact_addresses.is_current) as is_current
    from int_contact_addresses
    inner join identity_rules
        on int_contact_addresses.rule = identity_rules.rule
    inner join int_people
        on
            int_contact_addresses.vendor = int_people.vendor
            and int_contact_addresses.contact_id = int_people.contact_id
    group by
        int_contact_addresses.rule,
        int_contact_addresses.address,
        int_people.vendor,
        int_people.person_id
),

ranked as (
    select
        *,
        bool_or(is_current) over (
            partition by rule, address, vendor
        ) as has_owner
    from people
),

owners as (
    select * from ranked
    where is_current = has_owner
),

matching as (
    select
        rule,
        address,
        bool_and(is_current) as is_current
    from owners
    group by rule, address
    having count(*) = count(distinct vendor) and count(*) > 1
),

matching_addresses as (
    select
        matching.rule,
        matching.address,
        matching.is_current,
        owners.person_id
    from matching
    inner join owners
        on
            matching.rule = owners.rule
            and matching.address = owners.address
)

select * from matching_addresses
