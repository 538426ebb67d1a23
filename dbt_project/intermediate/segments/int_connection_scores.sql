{#
    The blend of what the trailing window holds: each survey with motivators
    counts survey_weight, each text text_weight, both decayed, and prior_weight of
    evidence at prior_score is added, so that a customer with little evidence
    stays near the middle. The prior is the seed's: one customer's score never
    depends on another's. Under the minimum evidence there is no score.
#}
{% set kinds = ['motivator', 'emotion', 'satisfaction', 'differentiation'] %}
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
    select * from {{ ref('segment_thresholds') }}
),

{#
    Age is measured from the month's end in the running month too, so that
    nothing changes with the day.
#}
weighed as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        int_evidence.kind,
        int_evidence.answer,
        int_evidence.observed_at,
        {{ decayed_weight(
            'int_due_spine.next_month - int_evidence.observed_on',
            'segment_thresholds.half_life_days'
        ) }} as weight,
        case int_evidence.kind
            when 'motivator' then segment_thresholds.survey_weight
            when 'emotion' then segment_thresholds.text_weight
            else 0
        end as kind_weight
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

pooled as (
    select
        customer_id,
        month,
        {% for kind in kinds %}
        round({{ quotient(
            "sum(weight * answer) filter (where kind = '" ~ kind ~ "')",
            "sum(weight) filter (where kind = '" ~ kind ~ "')"
        ) }}, 4) as {{ kind }}_score,
        {% endfor %}
        count(*) filter (where kind_weight > 0) as evidence_count,
        sum(kind_weight) as evidence_weight,
        sum(weight * kind_weight) as weight,
        sum(weight * answer * kind_weight) as weighted_answer,
        max(observed_at) filter (where kind_weight > 0) as last_evidence_at
    from weighed
    group by customer_id, month
),

scored as (
    select
        pooled.*,
        case
            when
                pooled.evidence_weight
                >= segment_thresholds.minimum_evidence_weight
                then round({{ blended_score('pooled') }}, 4)
        end as connection_score
    from pooled
    cross join segment_thresholds
)

select * from scored
