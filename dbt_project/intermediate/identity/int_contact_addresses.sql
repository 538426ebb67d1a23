{#
    Every address that a surviving contact has or ever had, itself or through the
    contacts merged into it, by the rules that are on. An unverified address where
    the rule wants a verified one is no proof: it links nobody, but two that
    differ speak against one person. A role's mailbox (info@) is not personal.
#}
with

contacts as (
    select * from {{ ref('contacts') }}
),

stg_ops_addresses as (
    select * from {{ ref('stg_ops_addresses') }}
),

int_surviving_contacts as (
    select * from {{ ref('int_surviving_contacts') }}
),

identity_rules as (
    select
        rule,
        needs_verification
    from {{ ref('identity_rules') }}
    where is_on
),

role_mailboxes as (
    select mailbox from {{ ref('role_mailboxes') }}
),

addresses as (
    {% for rule, column, is_verified in [
        ('email', 'email', 'is_email_verified'),
        ('phone', 'phone', 'false'),
        ('claimed_handle', 'social_handle', 'false'),
    ] %}
    select
        vendor,
        contact_id,
        '{{ rule }}' as rule,
        {{ column }} as address,
        {{ is_verified }} as is_verified,
        true as is_present
    from contacts
    where {{ column }} is not null
    union all
    {% endfor %}
    select
        vendor,
        contact_id,
        rule,
        address,
        true as is_verified,
        false as is_present
    from stg_ops_addresses
),

judged as (
    select
        addresses.vendor,
        int_surviving_contacts.surviving_contact_id as contact_id,
        addresses.rule,
        addresses.address,
        int_surviving_contacts.created_at,
        addresses.is_present
        and addresses.contact_id = int_surviving_contacts.surviving_contact_id
            as is_own,
        coalesce(addresses.is_verified, false)
        or not identity_rules.needs_verification as is_proof
    from addresses
    inner join identity_rules
        on addresses.rule = identity_rules.rule
    inner join int_surviving_contacts
        on
            addresses.vendor = int_surviving_contacts.vendor
            and addresses.contact_id = int_surviving_contacts.contact_id
),

contact_addresses as (
    select
        judged.vendor,
        judged.contact_id,
        judged.rule,
        judged.address,
        bool_or(judged.is_proof) as is_proof,
        bool_or(judged.is_proof and judged.is_own) as is_current,
        bool_and(role_mailboxes.mailbox is null) as is_personal,
        min(judged.created_at) filter (where judged.is_proof) as linked_at
    from judged
    left join role_mailboxes
        on
            judged.rule = 'email'
            and split_part(judged.address, '@', 1) = role_mailboxes.mailbox
    group by judged.vendor, judged.contact_id, judged.rule, judged.address
)

select * from contact_addresses
