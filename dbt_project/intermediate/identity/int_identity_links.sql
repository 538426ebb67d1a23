{{ config(
    indexes=[{'columns': ['customer_id']}],
    pre_hook='{{ record_identity_changes() }}',
    post_hook='analyze {{ this }}',
) }}
{#
    The links this build works with. Put in place only once int_months_due has
    seen how they differ from the links of the build before, so that a build
    that breaks off loses no difference. In the same transaction the ledger of
    identities gets its rows, so it has each of them once. Without statistics
    Postgres expects one row for a vendor and a subject, and loops over all texts.
#}
-- depends_on: {{ ref('int_months_due') }}
with

int_identity_links_current as (
    select
        customer_id,
        vendor,
        link,
        subject,
        rule,
        linked_at
    from {{ ref('int_identity_links_current') }}
)

select * from int_identity_links_current
