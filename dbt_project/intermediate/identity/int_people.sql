{#
    The people of each CRM, by its own word: two contacts that it has not merged
    are two people. Where the rule email_and_phone is on, two contacts with the
    same verified e-mail address and the same telephone are one; of three or
    more, as when an agency books for its guests, none are.
#}
with

int_surviving_contacts as (
    select
        vendor,
        contact_id,
        created_at,
        {{ customer_id('vendor', 'contact_id') }} as contact_key
    from {{ ref('int_surviving_contacts') }}
    where contact_id = surviving_contact_id
),

int_contact_addresses as (
    select
        vendor,
        contact_id,
        rule,
        case when is_current and is_personal then address end as address
    from {{ ref('int_contact_addresses') }}
),

identity_rules as (
    select rule
    from {{ ref('identity_rules') }}
    where is_on and rule = 'email_and_phone'
),

reached as (
    select
        vendor,
        contact_id,
        bool_or(rule = 'email') as has_email,
        max(address) filter (where rule = 'email') as email,
        max(address) filter (where rule = 'phone') as phone
    from int_contact_addresses
    group by vendor, contact_id
),

contacts as (
    select
        int_surviving_contacts.*,
        coalesce(reached.has_email, false) as has_email,
        case
            when identity_rules.rule is not null
                then reached.email || ' ' || reached.phone
        end as both_addresses
    from int_surviving_contacts
    left join reached
        on
            int_surviving_contacts.vendor = reached.vendor
            and int_surviving_contacts.contact_id = reached.contact_id
    left join identity_rules
        on true
),

pairs as (
    select
        vendor,
        both_addresses,
        min(contact_key) as person_id
    from contacts
    where both_addresses is not null
    group by vendor, both_addresses
    having count(*) = 2
),

people as (
    select
        contacts.vendor,
        contacts.contact_id,
        contacts.contact_key,
        coalesce(pairs.person_id, contacts.contact_key) as person_id,
        contacts.has_email,
        contacts.created_at
    from contacts
    left join pairs
        on
            contacts.vendor = pairs.vendor
            and contacts.both_addresses = pairs.both_addresses
)

select * from people
