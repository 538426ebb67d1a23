{#
    Load: its records of the last 28 days, and how many of them belong to a
    customer by the links of this build. The rest speaks of somebody whom the
    CRM does not know by this address, or of nobody who said who they are.
#}
with

stg_salesforce_orders as (
    select
        'salesforce_orders' as load,
        'contact' as channel,
        contact_id as subject,
        ordered_on as happened_at
    from {{ ref('stg_salesforce_orders') }}
),

stg_salesforce_survey_responses as (
    select
        'salesforce_survey_responses' as load,
        'contact' as channel,
        contact_id as subject,
        submitted_at as happened_at
    from {{ ref('stg_salesforce_survey_responses') }}
),

stg_salesforce_touchpoint_ratings as (
    select
        'salesforce_touchpoint_ratings' as load,
        'contact' as channel,
        contact_id as subject,
        rated_at as happened_at
    from {{ ref('stg_salesforce_touchpoint_ratings') }}
),

stg_salesforce_referrals as (
    select
        'salesforce_referrals' as load,
        'contact' as channel,
        contact_id as subject,
        referred_on as happened_at
    from {{ ref('stg_salesforce_referrals') }}
),

conversations as (
    select
        'genesys_conversations' as load,
        'conversation' as channel,
        conversation_id as subject,
        started_at as happened_at
    from {{ ref('conversations') }}
),

stg_genesys_surveys as (
    select
        'genesys_surveys' as load,
        'conversation' as channel,
        conversation_id as subject,
        completed_at as happened_at
    from {{ ref('stg_genesys_surveys') }}
),

stg_genesys_transcripts as (
    select
        'genesys_transcripts' as load,
        'conversation' as channel,
        conversation_id as subject,
        said_at as happened_at
    from {{ ref('stg_genesys_transcripts') }}
),

posts as (
    select
        'mastodon_statuses' as load,
        'account' as channel,
        social_handle as subject,
        posted_at as happened_at
    from {{ ref('posts') }}
),

stg_ops_cursors as (
    select
        load,
        data_through
    from {{ ref('stg_ops_cursors') }}
),

int_identity_links as (
    select
        channel,
        subject
    from {{ ref('int_identity_links') }}
),

records as (
    select * from stg_salesforce_orders
    union all
    select * from stg_salesforce_survey_responses
    union all
    select * from stg_salesforce_touchpoint_ratings
    union all
    select * from stg_salesforce_referrals
    union all
    select * from conversations
    union all
    select * from stg_genesys_surveys
    union all
    select * from stg_genesys_transcripts
    union all
    select * from posts
),

recent as (
    select
        records.load,
        records.channel,
        records.subject,
        count(*) as records
    from records
    inner join stg_ops_cursors
        on
            records.load = stg_ops_cursors.load
            and records.happened_at
            >= stg_ops_cursors.data_through - interval '28 days'
    group by records.load, records.channel, records.subject
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
        on
            recent.channel = int_identity_links.channel
            and recent.subject = int_identity_links.subject
    group by recent.load
)

select * from linked_rows
