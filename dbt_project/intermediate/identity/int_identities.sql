{#
    Whose each contact is. A customer is all contacts of all CRMs that are one
    person, and has the name of the one of them that was created first: a record
    that comes later never changes it.
#}
with

int_surviving_contacts as (
    select
        vendor,
        contact_id,
        surviving_contact_id,
        created_at
    from {{ ref('int_surviving_contacts') }}
),

int_people as (
    select
        vendor,
        contact_id,
        contact_key,
        person_id,
        created_at
    from {{ ref('int_people') }}
),

int_matched_people as (
    select
        person_id,
        group_id,
        rule
    from {{ ref('int_matched_people') }}
),

named as (
    select
        int_people.vendor,
        int_people.contact_id,
        int_people.contact_key,
        int_people.person_id,
        int_matched_people.rule,
        first_value(int_people.contact_key) over (
            partition by int_matched_people.group_id
            order by int_people.created_at asc, int_people.contact_key asc
        ) as customer_id
    from int_people
    inner join int_matched_people
        on int_people.person_id = int_matched_people.person_id
),

identities as (
    select
        int_surviving_contacts.vendor,
        int_surviving_contacts.contact_id,
        int_surviving_contacts.surviving_contact_id,
        named.customer_id,
        case
            when
                int_surviving_contacts.contact_id <> named.contact_id
                then 'crm_merge'
            when named.contact_key = named.customer_id then 'crm_contact'
            else coalesce(named.rule, 'email_and_phone')
        end as rule,
        int_surviving_contacts.created_at
    from int_surviving_contacts
    inner join named
        on
            int_surviving_contacts.vendor = named.vendor
            and int_surviving_contacts.surviving_contact_id = named.contact_id
)

select * from identities
