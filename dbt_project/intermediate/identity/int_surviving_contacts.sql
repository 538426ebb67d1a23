{#
    A merged contact belongs to the contact at the end of its chain of merges, which
    stays within one CRM. A chain that ends in a deleted or unknown contact leads
    to nobody. The bound ends a circle of merges.
#}
with recursive

contacts as (
    select
        vendor,
        contact_id,
        master_contact_id,
        is_deleted,
        created_at
    from {{ ref('contacts') }}
),

chains as (
    select
        vendor,
        contact_id,
        contact_id as current_contact_id,
        master_contact_id as next_contact_id,
        is_deleted as is_current_deleted,
        created_at,
        0 as merge_count
    from contacts
    union all
    select
        chains.vendor,
        chains.contact_id,
        contacts.contact_id as current_contact_id,
        contacts.master_contact_id as next_contact_id,
        contacts.is_deleted as is_current_deleted,
        chains.created_at,
        chains.merge_count + 1 as merge_count
    from chains
    inner join contacts
        on
            chains.vendor = contacts.vendor
            and chains.next_contact_id = contacts.contact_id
    where chains.merge_count < 20
),

survivors as (
    select
        vendor,
        contact_id,
        current_contact_id as surviving_contact_id,
        created_at
    from chains
    where next_contact_id is null and not is_current_deleted
)

select * from survivors
