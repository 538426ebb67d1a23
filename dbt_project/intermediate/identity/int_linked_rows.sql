{#
    Load: its records of the last 28 days, and how many of them belong to a
    customer by the links of this build. The rest speaks of somebody whom the
    CRM does not know by this address, or of nobody who said who they are.
#}
{% set entities = {
    'orders': {'subject': 'contact_id', 'dated': 'ordered_on'},
    'survey_responses': {'subject': 'subject', 'dated': 'submitted_at'},
    'touchpoint_ratings': {'subject': 'contact_id', 'dated': 'rated_at'},
    'referrals': {'subject': 'contact_id', 'dated': 'referred_on'},
    'conversations': {'subject': 'conversation_id', 'dated': 'started_at'},
    'conversation_phrases': {'subject': 'conversation_id', 'dated': 'said_at'},
    'posts': {'subject': 'social_handle', 'dated': 'posted_at'},
} %}
with

records as (
    {% for entity, columns in entities.items() %}
    select
        '{{ entity }}' as entity,
        vendor,
        {{ columns.subject }} as subject,
        {{ columns.dated }} as happened_at
    from {{ ref(entity) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

stg_ops_source_loads as (
    select
        load,
        vendor,
        entity,
        link
    from {{ ref('stg_ops_source_loads') }}
),

stg_ops_cursors as (
    select
        load,
        data_through
    from {{ ref('stg_ops_cursors') }}
),

int_identity_links as (
    select
        vendor,
        link,
        subject
    from {{ ref('int_identity_links') }}
),

recent as (
    select
        stg_ops_source_loads.load,
        stg_ops_source_loads.link,
        records.vendor,
        records.subject,
        count(*) as records
    from records
    inner join stg_ops_source_loads
        on
            records.vendor = stg_ops_source_loads.vendor
            and records.entity = stg_ops_source_loads.entity
    inner join stg_ops_cursors
        on
            stg_ops_source_loads.load = stg_ops_cursors.load
            and records.happened_at
            >= stg_ops_cursors.data_through - interval '28 days'
    group by
        stg_ops_source_loads.load,
        stg_ops_source_loads.link,
        records.vendor,
        records.subject
),

linked_rows as (
    select
        recent.load,
        sum(recent.records) as recent_rows,
        coalesce(sum(recent.records) filter (
            where int_identity_links.subject is not null
        ), 0) as linked_rows
    from recent
    left join int_identity_links
        on {{ same_record('recent', 'int_identity_links') }}
    group by recent.load
)

select * from linked_rows
