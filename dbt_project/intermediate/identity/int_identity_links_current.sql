{#
    Which record belongs to which customer, by deterministic rules only, each
    link with its rule and time. Recomputed in every build, so a link whose
    reason is gone is gone too. `subject` is what `ops.changes` calls it. A handle
    is one person's on every social network whose posts name it.
#}
with

int_identities as (
    select
        vendor,
        contact_id,
        customer_id,
        rule,
        created_at
    from {{ ref('int_identities') }}
),

int_conversation_links as (
    select
        vendor,
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

social_vendors as (
    select distinct vendor
    from {{ ref('stg_ops_source_loads') }}
    where link = 'account'
),

links as (
    select
        customer_id,
        vendor,
        'contact' as link,
        contact_id as subject,
        rule,
        created_at as linked_at
    from int_identities
    union all
    select
        customer_id,
        vendor,
        'conversation' as link,
        conversation_id as subject,
        rule,
        linked_at
    from int_conversation_links
    union all
    select
        int_address_owners.customer_id,
        social_vendors.vendor,
        'account' as link,
        int_address_owners.address as subject,
        int_address_owners.rule,
        int_address_owners.linked_at
    from int_address_owners
    cross join social_vendors
    where int_address_owners.rule = 'claimed_handle'
)

select * from links
