{#
    Who must be computed again and from which day on. Claimed changes reach
    their customer through the new links and those of the build before: who
    lost a record is here, and who gained it, and whose orders count otherwise
    since a currency's rate is another. A changed link, a contact and a
    referral (not is_dated) have no day from which they matter: all months.
#}
{% set previous_links = previous_table('int_identity_links') %}
with

stg_ops_changes as (
    select
        vendor,
        link,
        subject,
        from_date
    from {{ ref('stg_ops_changes') }}
),

int_identity_links_current as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links_current') }}
),

int_repriced_contacts as (
    select
        vendor,
        contact_id,
        from_date
    from {{ ref('int_repriced_contacts') }}
),

{# Without links of a build before, the current ones stand in: none changed. #}
both_links as (
    select * from int_identity_links_current
    union all
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ previous_links or 'int_identity_links_current' }}
),

links as (
    select
        customer_id,
        vendor,
        link,
        subject,
        count(*) = 1 as is_changed
    from both_links
    group by customer_id, vendor, link, subject
),

reasons as (
    select
        links.customer_id,
        stg_ops_changes.from_date
    from stg_ops_changes
    inner join links
        on {{ same_record('stg_ops_changes', 'links') }}
    union all
    select
        links.customer_id,
        int_repriced_contacts.from_date
    from int_repriced_contacts
    inner join links
        on
            links.link = 'contact'
            and int_repriced_contacts.vendor = links.vendor
            and int_repriced_contacts.contact_id = links.subject
    union all
    select
        customer_id,
        cast(null as date) as from_date
    from links
    where is_changed
    {% if is_everything_due() %}
    union all
    select
        customer_id,
        cast(null as date) as from_date
    from int_identity_links_current
    {% endif %}
),

changed as (
    select
        customer_id,
        min(coalesce(from_date, date '0001-01-01')) as from_date
    from reasons
    group by customer_id
)

select * from changed
