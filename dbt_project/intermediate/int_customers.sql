{#
    A customer is a surviving contact, with the earliest beginning of the
    contacts merged into it. The channel of acquisition is the survivor's own. Who
    has not become a customer yet, a prospect or a supplier, is none.
#}
with

contacts as (
    select
        contact_id,
        customer_since,
        contract_ended_on,
        acquisition_channel
    from {{ ref('contacts') }}
),

int_surviving_contacts as (
    select
        contact_id,
        surviving_contact_id,
        customer_id
    from {{ ref('int_surviving_contacts') }}
),

int_consents as (
    select
        customer_id,
        consent,
        has_text_consent
    from {{ ref('int_consents') }}
),

merged as (
    select
        int_surviving_contacts.surviving_contact_id,
        int_surviving_contacts.customer_id,
        min(contacts.customer_since) as customer_since
    from int_surviving_contacts
    inner join contacts
        on int_surviving_contacts.contact_id = contacts.contact_id
    group by
        int_surviving_contacts.surviving_contact_id,
        int_surviving_contacts.customer_id
),

customers as (
    select
        merged.customer_id,
        merged.surviving_contact_id as contact_id,
        merged.customer_since,
        contacts.contract_ended_on,
        contacts.acquisition_channel,
        int_consents.consent,
        int_consents.has_text_consent
    from merged
    inner join contacts
        on merged.surviving_contact_id = contacts.contact_id
    inner join int_consents
        on merged.customer_id = int_consents.customer_id
    where merged.customer_since is not null
)

select * from customers
