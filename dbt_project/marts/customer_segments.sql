{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_tiers as (
    select * from {{ ref('int_tiers') }}
),

int_customers as (
    select
        customer_id,
        consent
    from {{ ref('int_customers') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

{# The month before is among the rows even where it is not due itself. #}
moves as (
    select
        int_tiers.*,
        lag(int_tiers.tier) over (
            partition by int_tiers.customer_id
            order by int_tiers.month
        ) as previous_tier
    from int_tiers
),

customer_segments as (
    select
        moves.customer_id,
        moves.month,
        moves.is_complete_month,
        moves.tier,
        moves.previous_tier,
        moves.is_satisfied,
        moves.is_connected,
        {{ decimal('moves.connection_score', 7, 4) }} as connection_score,
        {{ decimal('moves.motivator_score', 7, 4) }} as motivator_score,
        {{ decimal('moves.emotion_score', 7, 4) }} as emotion_score,
        {{ decimal('moves.satisfaction_score', 7, 4) }} as satisfaction_score,
        {{ decimal('moves.differentiation_score', 7, 4) }}
            as differentiation_score,
        {{ whole('moves.evidence_count') }} as evidence_count,
        moves.last_evidence_at,
        moves.method_version,
        stg_text_model.text_model_version,
        int_customers.consent
    from moves
    inner join int_customers
        on moves.customer_id = int_customers.customer_id
    cross join stg_text_model
    where moves.is_due
)

select * from customer_segments
