{#
    Which record belongs to which customer, by deterministic rules only, each
    link with its rule and time. Recomputed in every build, so a link whose
    reason is gone is gone too. `subject` is what `ops.changes` calls it.
#}
with

int_identities as (
    select * from {{ ref('int_identities') }}
),

int_address_owners as (
    select * from {{ ref('int_address_owners') }}
),

conversations as (
    select
        vendor,
        conversation_id,
        customer_phone,
        customer_email,
        started_at
    from {{ ref('conversations') }}
),

social_vendors as (
    select distinct vendor
    from {{ ref('stg_ops_source_loads') }}
    where link = 'account'
),

callers as (
    {% for rule in ['phone', 'email'] %}
    select
        vendor,
        conversation_id,
        started_at,
        '{{ rule }}' as rule,
        customer_{{ rule }} as address
    from conversations
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{#
    A conversation belongs to the customer who owns its phone number or its
    e-mail address; where the two point at different customers, to nobody.
#}
conversation_links as (
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
),

{# A handle is one person's on every social network whose posts name it. #}
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
    from conversation_links
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
