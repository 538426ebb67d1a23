{#
    Whose each contact is. A customer is all contacts of all CRMs that are one
    person, and has the name of the one of them that was created first: a record
    that comes later never changes it. Which people of several CRMs are one, the
    connected components of what matches say. The stronger evidence joins first
    and is not undone by weaker: an e-mail address that all have now, one that
    some had, then telephones.
    The planner cannot tell how many rows a round of matching has and takes it
    for a few: of 100,000 contacts its nested loops would take minutes, hash
    joins seconds.
#}
{{ config(pre_hook="set local enable_nestloop = off") }}
{% set passes = [
    ('email', 'is_current'), ('email', 'true'),
    ('phone', 'is_current'), ('phone', 'true'),
] %}
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
    select * from {{ ref('int_people') }}
),

int_matching_addresses as (
    select * from {{ ref('int_matching_addresses') }}
),

people_0 as (
    select distinct
        person_id,
        vendor,
        bool_or(has_email) over (partition by person_id) as has_email,
        person_id as group_id,
        cast(null as text) as rule
    from int_people
),

{% for rule, condition in passes %}
{{ matching_pass(loop.index, rule, condition) }}
{% endfor %}
named as (
    select
        int_people.vendor,
        int_people.contact_id,
        int_people.contact_key,
        people.rule,
        first_value(int_people.contact_key) over (
            partition by people.group_id
            order by int_people.created_at asc, int_people.contact_key asc
        ) as customer_id
    from int_people
    inner join people_{{ passes | length }} as people
        on int_people.person_id = people.person_id
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
