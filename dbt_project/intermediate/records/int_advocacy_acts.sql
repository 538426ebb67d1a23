{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    What customers did for the brand, each act with its day, recomputed for
    those who are due: a referral made, a referral that converted, a public
    post of clearly positive words.
#}
with

int_identity_links_due as (
    select
        customer_id,
        vendor,
        subject
    from {{ ref('int_identity_links_due') }}
    where link = 'contact'
),

referrals as (
    select
        vendor,
        contact_id,
        referred_on,
        converted_on
    from {{ ref('referrals') }}
),

int_due_customers as (
    select customer_id
    from {{ ref('int_due_customers') }}
),

int_texts as (
    select
        customer_id,
        said_at,
        valence
    from {{ ref('int_texts') }}
    where kind = 'post'
),

segment_thresholds as (
    select positive_valence_from
    from {{ ref('segment_thresholds') }}
),

linked as (
    select
        int_identity_links_due.customer_id,
        referrals.referred_on,
        referrals.converted_on
    from referrals
    inner join int_identity_links_due
        on
            referrals.vendor = int_identity_links_due.vendor
            and referrals.contact_id = int_identity_links_due.subject
),

acts as (
    select
        customer_id,
        'referral_made' as act,
        referred_on as acted_on
    from linked
    union all
    select
        customer_id,
        'referral_converted' as act,
        converted_on as acted_on
    from linked
    where converted_on is not null
    union all
    select
        int_texts.customer_id,
        'public_positive_mention' as act,
        {{ business_date('int_texts.said_at') }} as acted_on
    from int_texts
    inner join int_due_customers
        on int_texts.customer_id = int_due_customers.customer_id
    inner join segment_thresholds
        on int_texts.valence >= segment_thresholds.positive_valence_from
)

select * from acts
