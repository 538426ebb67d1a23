{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_tiers as (
    select * from {{ ref('int_tiers') }}
),

int_consents as (
    select
        customer_id,
        consent
    from {{ ref('int_consents') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

customer_segments as (
    select
        int_tiers.customer_id,
        int_tiers.month,
        int_tiers.is_complete_month,
        int_tiers.tier,
        int_tiers.previous_tier,
        int_tiers.is_satisfied,
        int_tiers.is_connected,
        {{ decimal('int_tiers.connection_score', 7, 4) }} as connection_score,
        {{ decimal('int_tiers.motivator_score', 7, 4) }} as motivator_score,
        {{ decimal('int_tiers.emotion_score', 7, 4) }} as emotion_score,
        {{ decimal('int_tiers.satisfaction_score', 7, 4) }}
            as satisfaction_score,
        {{ decimal('int_tiers.differentiation_score', 7, 4) }}
            as differentiation_score,
        {{ whole('int_tiers.evidence_count') }} as evidence_count,
        int_tiers.last_evidence_at,
        int_tiers.method_version,
        stg_text_model.text_model_version,
        int_consents.consent
    from int_tiers
    inner join int_consents
        on int_tiers.customer_id = int_consents.customer_id
    cross join stg_text_model
)

select * from customer_segments
