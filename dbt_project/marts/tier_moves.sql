{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_due_moves as (
    select
        customer_id,
        month,
        is_complete_month,
        previous_tier as from_tier,
        tier as to_tier,
        heard_until
    from {{ ref('int_due_moves') }}
),

int_moves_touched as (
    select
        customer_id,
        month,
        touchpoint,
        submitted_on
    from {{ ref('int_moves_touched') }}
),

int_moves_heard as (
    select
        customer_id,
        month,
        last_valence,
        has_negative_moment
    from {{ ref('int_moves_heard') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

tier_moves as (
    select
        int_due_moves.customer_id,
        int_due_moves.month,
        int_due_moves.is_complete_month,
        int_due_moves.from_tier,
        int_due_moves.to_tier,
        {{ enters_connection('from_tier', 'to_tier') }} as is_gain,
        {{ enters_connection('to_tier', 'from_tier') }} as is_loss,
        int_moves_touched.touchpoint as after_touchpoint,
        int_due_moves.heard_until - 1 - int_moves_touched.submitted_on
            as days_since_touchpoint,
        {{ decimal('int_moves_heard.last_valence', 7, 6) }} as last_valence,
        int_moves_heard.has_negative_moment as after_negative_moment,
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from int_due_moves
    cross join segment_thresholds
    cross join stg_text_model
    inner join int_moves_heard
        on
            int_due_moves.customer_id = int_moves_heard.customer_id
            and int_due_moves.month = int_moves_heard.month
    left join int_moves_touched
        on
            int_due_moves.customer_id = int_moves_touched.customer_id
            and int_due_moves.month = int_moves_touched.month
)

select * from tier_moves
