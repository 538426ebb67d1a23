{#
    Who must be computed again and from which day on. Claimed changes reach
    their customer through the new links and those of the build before: who
    lost a record is here, and who gained it, and whose orders count otherwise
    since a currency's rate is another. A moved link, a contact and a
    referral (not is_dated) have no day from which they matter: all months.
#}
with

stg_ops_changes as (
    select
        load,
        subject,
        from_date
    from {{ ref('stg_ops_changes') }}
),

source_loads as (
    select
        load,
        channel,
        is_dated
    from {{ ref('source_loads') }}
),

int_links_found as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_links_found') }}
),

int_moved_links as (
    select * from {{ ref('int_moved_links') }}
),

int_repriced_contacts as (
    select
        contact_id,
        from_date
    from {{ ref('int_repriced_contacts') }}
),

links as (
    select * from int_links_found
    union
    select * from int_moved_links
),

reasons as (
    select
        links.customer_id,
        case
            when source_loads.is_dated then stg_ops_changes.from_date
        end as from_date
    from stg_ops_changes
    inner join source_loads
        on stg_ops_changes.load = source_loads.load
    inner join links
        on
            source_loads.channel = links.channel
            and stg_ops_changes.subject = links.subject
    union all
    select
        links.customer_id,
        int_repriced_contacts.from_date
    from int_repriced_contacts
    inner join links
        on
            links.channel = 'contact'
            and int_repriced_contacts.contact_id = links.subject
    union all
    select
        customer_id,
        cast(null as date) as from_date
    from int_moved_links
    {% if is_everything_due() %}
    union all
    select
        customer_id,
        cast(null as date) as from_date
    from int_links_found
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
