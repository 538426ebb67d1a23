{#
    Customer × month × kind: how much evidence the trailing window holds, and
    its decayed mean as of the month's end. Age is measured from the month's
    end in the running month too, so that nothing changes with the day.
#}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month
    from {{ ref('int_due_spine') }}
),

int_evidence as (
    select
        customer_id,
        kind,
        answer,
        observed_at,
        observed_on
    from {{ ref('int_evidence') }}
),

segment_thresholds as (
    select
        window_months,
        half_life_days
    from {{ ref('segment_thresholds') }}
),

windowed as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        int_evidence.kind,
        int_evidence.answer,
        int_evidence.observed_at,
        {{ decayed_weight(
            'int_due_spine.next_month - int_evidence.observed_on',
            'segment_thresholds.half_life_days'
        ) }} as weight
    from int_due_spine
    cross join segment_thresholds
    inner join int_evidence
        on
            int_due_spine.customer_id = int_evidence.customer_id
            and {{ in_trailing_window(
                'int_evidence.observed_on',
                'int_due_spine.next_month',
                'segment_thresholds.window_months'
            ) }}
),

decayed as (
    select
        customer_id,
        month,
        kind,
        count(*) as evidence_count,
        sum(weight) as weight,
        sum(weight * answer) as weighted_answer,
        max(observed_at) as last_observed_at
    from windowed
    group by customer_id, month, kind
)

select * from decayed
