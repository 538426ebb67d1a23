{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
) }}
{#
    Customer × month: the evidence of connection that was given in it, weighed
    by its kind and not by its age, recomputed for those who are due. For
    periods of any length that the trailing score would blur.
#}
with

int_evidence as (
    select
        customer_id,
        kind,
        answer,
        observed_on
    from {{ ref('int_evidence') }}
    where kind in ('motivator', 'emotion')
),

segment_thresholds as (
    select
        survey_weight,
        text_weight
    from {{ ref('segment_thresholds') }}
),

weighed as (
    select
        int_evidence.customer_id,
        int_evidence.answer,
        {{ month_of('int_evidence.observed_on') }} as month,
        case int_evidence.kind
            when 'motivator' then segment_thresholds.survey_weight
            else segment_thresholds.text_weight
        end as weight
    from int_evidence
    cross join segment_thresholds
),

evidence_months as (
    select
        customer_id,
        month,
        sum(weight) as weight,
        sum(weight * answer) as weighted_answer
    from weighed
    group by customer_id, month
)

select * from evidence_months
