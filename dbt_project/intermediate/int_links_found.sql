{#
    Which record belongs to which customer, by deterministic rules only, each
    link with its rule and time. Found anew in every build, so a link whose
    reason is gone is gone too. `subject` is what `ops.changes` calls it.
#}
with

int_surviving_contacts as (
    select
        contact_id,
        surviving_contact_id,
        customer_id,
        created_at
    from {{ ref('int_surviving_contacts') }}
),

int_conversation_links as (
    select
        conversation_id,
        customer_id,
        rule,
        linked_at
    from {{ ref('int_conversation_links') }}
),

int_address_owners as (
    select
        rule,
        address,
        customer_id,
        linked_at
    from {{ ref('int_address_owners') }}
),

links as (
    select
        customer_id,
        'contact' as channel,
        contact_id as subject,
        case
            when contact_id = surviving_contact_id then 'crm_contact'
            else 'crm_merge'
        end as rule,
        created_at as linked_at
    from int_surviving_contacts
    union all
    select
        customer_id,
        'conversation' as channel,
        conversation_id as subject,
        rule,
        linked_at
    from int_conversation_links
    union all
    select
        customer_id,
        'account' as channel,
        address as subject,
        rule,
        linked_at
    from int_address_owners
    where rule = 'claimed_handle'
)

select * from links
