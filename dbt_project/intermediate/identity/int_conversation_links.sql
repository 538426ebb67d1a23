{#
    A conversation belongs to the customer who owns its phone number or its
    e-mail address; where the two point at different customers, to nobody.
#}
with

conversations as (
    select
        vendor,
        conversation_id,
        customer_phone,
        customer_email,
        started_at
    from {{ ref('conversations') }}
),

int_address_owners as (
    select
        rule,
        address,
        customer_id
    from {{ ref('int_address_owners') }}
),

callers as (
    select
        vendor,
        conversation_id,
        started_at,
        'phone' as rule,
        customer_phone as address
    from conversations
    where customer_phone is not null
    union all
    select
        vendor,
        conversation_id,
        started_at,
        'email' as rule,
        customer_email as address
    from conversations
    where customer_email is not null
),

linked as (
    select
        callers.vendor,
        callers.conversation_id,
        min(int_address_owners.customer_id) as customer_id,
        min(callers.rule) as rule,
        min(callers.started_at) as linked_at
    from callers
    inner join int_address_owners
        on
            callers.rule = int_address_owners.rule
            and callers.address = int_address_owners.address
    group by callers.vendor, callers.conversation_id
    having
        min(int_address_owners.customer_id)
        = max(int_address_owners.customer_id)
)

select * from linked
