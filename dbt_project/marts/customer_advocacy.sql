{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_due() }}',
) }}
with

int_due_spine as (
    select
        customer_id,
        month,
        is_complete_month
    from {{ ref('int_due_spine') }}
    where is_due
),

int_latest_nps_answers as (
    select
        customer_id,
        month,
        promoter_class
    from {{ ref('int_latest_nps_answers') }}
),

int_advocacy_months as (
    select * from {{ ref('int_advocacy_months') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

customer_advocacy as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        int_due_spine.is_complete_month,
        int_latest_nps_answers.promoter_class,
        {{ whole('coalesce(int_advocacy_months.referrals_made, 0)') }}
            as referrals_made,
        {{ whole('coalesce(int_advocacy_months.referrals_converted, 0)') }}
            as referrals_converted,
        {{ whole(
            'coalesce(int_advocacy_months.public_positive_mentions, 0)'
        ) }} as public_positive_mentions,
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from int_due_spine
    cross join segment_thresholds
    cross join stg_text_model
    left join int_latest_nps_answers
        on
            int_due_spine.customer_id = int_latest_nps_answers.customer_id
            and int_due_spine.month = int_latest_nps_answers.month
    left join int_advocacy_months
        on
            int_due_spine.customer_id = int_advocacy_months.customer_id
            and int_due_spine.month = int_advocacy_months.month
)

select * from customer_advocacy
