{#
    A customer, with the earliest beginning that any of their contacts has. The
    channel of acquisition is the founding contact's own. A contract has ended
    once it has in every CRM that the customer is in. Who has not become a
    customer yet, a prospect or a supplier, is none.
#}
with

contacts as (
    select
        vendor,
        contact_id,
        customer_since,
        contract_ended_on,
        acquisition_channel
    from {{ ref('contacts') }}
),

int_identities as (
    select
        vendor,
        contact_id,
        customer_id,
        contact_id = surviving_contact_id as is_survivor,
        rule = 'crm_contact' as is_founder
    from {{ ref('int_identities') }}
),

customers as (
    select
        int_identities.customer_id,
        min(contacts.customer_since) as customer_since,
        case
            when
                count(*) filter (where int_identities.is_survivor)
                = count(contacts.contract_ended_on) filter (
                    where int_identities.is_survivor
                )
                then max(contacts.contract_ended_on) filter (
                    where int_identities.is_survivor
                )
        end as contract_ended_on,
        max(contacts.acquisition_channel) filter (
            where int_identities.is_founder
        ) as acquisition_channel
    from int_identities
    inner join contacts
        on
            int_identities.vendor = contacts.vendor
            and int_identities.contact_id = contacts.contact_id
    group by int_identities.customer_id
    having min(contacts.customer_since) is not null
)

select * from customers
