{{ config(
    materialized='view',
    post_hook='grant select on {{ this }} to kindred_loader',
) }}
{#
    Whose texts may be scored, by load: the subjects of the customers who
    consent. Scoring reads no other text and keeps the scores of no other; the
    score step makes this and what it is made from before it reads. A text that
    belongs to nobody has nobody's consent.
#}
with

int_links_found as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_links_found') }}
),

int_consents as (
    select customer_id
    from {{ ref('int_consents') }}
    where has_text_consent
),

source_loads as (
    select
        load,
        channel
    from {{ ref('source_loads') }}
),

subjects as (
    select
        source_loads.load,
        int_links_found.subject
    from int_links_found
    inner join int_consents
        on int_links_found.customer_id = int_consents.customer_id
    inner join source_loads
        on int_links_found.channel = source_loads.channel
)

select * from subjects
