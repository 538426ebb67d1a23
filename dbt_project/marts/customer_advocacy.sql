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
        next_month,
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

int_advocacy_acts as (
    select
        customer_id,
        act,
        acted_on
    from {{ ref('int_advocacy_acts') }}
),

segment_thresholds as (
    select
        method_version,
        window_months
    from {{ ref('segment_thresholds') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

{# The acts of advocacy in the trailing window. #}
acts_in_window as (
    select
        int_due_spine.customer_id,
        {% for act, acts in {
            'referral_made': 'referrals_made',
            'referral_converted': 'referrals_converted',
            'public_positive_mention': 'public_positive_mentions',
        }.items() %}
        count(*) filter (where int_advocacy_acts.act = '{{ act }}')
            as {{ acts }},
        {% endfor %}
        int_due_spine.month
    from int_due_spine
    cross join segment_thresholds
    inner join int_advocacy_acts
        on
            int_due_spine.customer_id = int_advocacy_acts.customer_id
            and {{ in_trailing_window(
                'int_advocacy_acts.acted_on',
                'int_due_spine.next_month',
                'segment_thresholds.window_months'
            ) }}
    group by int_due_spine.customer_id, int_due_spine.month
),

customer_advocacy as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        int_due_spine.is_complete_month,
        int_latest_nps_answers.promoter_class,
        {% for acts in [
            'referrals_made', 'referrals_converted', 'public_positive_mentions',
        ] %}
        {{ whole('coalesce(acts_in_window.' ~ acts ~ ', 0)') }} as {{ acts }},
        {% endfor %}
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from int_due_spine
    cross join segment_thresholds
    cross join stg_text_model
    left join int_latest_nps_answers
        on
            int_due_spine.customer_id = int_latest_nps_answers.customer_id
            and int_due_spine.month = int_latest_nps_answers.month
    left join acts_in_window
        on
            int_due_spine.customer_id = acts_in_window.customer_id
            and int_due_spine.month = acts_in_window.month
)

select * from customer_advocacy
