{#
    The blend: each survey with motivators counts survey_weight, each text
    text_weight, both decayed, and prior_weight of evidence at prior_score is
    added, so that a customer with little evidence stays near the middle. The
    prior is the seed's: one customer's score never depends on another's.
    Under the minimum evidence there is no score.
#}
{% set kinds = ['motivator', 'emotion', 'satisfaction', 'differentiation'] %}
with

int_decayed_evidence as (
    select * from {{ ref('int_decayed_evidence') }}
),

segment_thresholds as (
    select
        survey_weight,
        text_weight,
        prior_score,
        prior_weight,
        minimum_evidence_weight
    from {{ ref('segment_thresholds') }}
),

weighed as (
    select
        int_decayed_evidence.*,
        case int_decayed_evidence.kind
            when 'motivator' then segment_thresholds.survey_weight
            when 'emotion' then segment_thresholds.text_weight
            else 0
        end as kind_weight
    from int_decayed_evidence
    cross join segment_thresholds
),

pooled as (
    select
        customer_id,
        month,
        {% for kind in kinds %}
        round({{ quotient(
            "sum(weighted_answer) filter (where kind = '" ~ kind ~ "')",
            "sum(weight) filter (where kind = '" ~ kind ~ "')"
        ) }}, 4) as {{ kind }}_score,
        {% endfor %}
        coalesce(sum(evidence_count) filter (where kind_weight > 0), 0)
            as evidence_count,
        sum(evidence_count * kind_weight) as evidence_weight,
        sum(weight * kind_weight) as weight,
        sum(weighted_answer * kind_weight) as weighted_answer,
        max(last_observed_at) filter (where kind_weight > 0)
            as last_evidence_at
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
