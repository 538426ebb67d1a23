{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_tier_moves_due as (
    select
        customer_id,
        month,
        is_complete_month,
        previous_tier as from_tier,
        tier as to_tier,
        heard_until
    from {{ ref('int_tier_moves_due') }}
),

int_tier_moves_last_touchpoint as (
    select
        customer_id,
        month,
        touchpoint,
        submitted_on
    from {{ ref('int_tier_moves_last_touchpoint') }}
),

int_tier_moves_last_text as (
    select
        customer_id,
        month,
        last_valence,
        has_negative_moment
    from {{ ref('int_tier_moves_last_text') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

tiers as (
    select
        tier,
        is_measured,
        is_connected
    from {{ ref('tiers') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

tier_moves as (
    select
        int_tier_moves_due.customer_id,
        int_tier_moves_due.month,
        int_tier_moves_due.is_complete_month,
        int_tier_moves_due.from_tier,
        int_tier_moves_due.to_tier,
        (
            from_tiers.is_measured
            and not from_tiers.is_connected
            and to_tiers.is_connected
        ) as is_gain,
        (
            to_tiers.is_measured
            and not to_tiers.is_connected
            and from_tiers.is_connected
        ) as is_loss,
        int_tier_moves_last_touchpoint.touchpoint as after_touchpoint,
        int_tier_moves_due.heard_until - 1
        - int_tier_moves_last_touchpoint.submitted_on
            as days_since_touchpoint,
        {{ decimal('int_tier_moves_last_text.last_valence', 7, 6) }}
            as last_valence,
        int_tier_moves_last_text.has_negative_moment as after_negative_moment,
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from int_tier_moves_due
    cross join segment_thresholds
    cross join stg_text_model
    inner join tiers as from_tiers
        on int_tier_moves_due.from_tier = from_tiers.tier
    inner join tiers as to_tiers
        on int_tier_moves_due.to_tier = to_tiers.tier
    inner join int_tier_moves_last_text
        on
            int_tier_moves_due.customer_id
            = int_tier_moves_last_text.customer_id
            and int_tier_moves_due.month = int_tier_moves_last_text.month
    left join int_tier_moves_last_touchpoint
        on
            int_tier_moves_due.customer_id
            = int_tier_moves_last_touchpoint.customer_id
            and int_tier_moves_due.month = int_tier_moves_last_touchpoint.month
)

select * from tier_moves
