{#
    Initiative × trial × customer: the connection score of the evidence of the
    months before the start, and of as many months after it. The blend and the
    least evidence are the score's own; what differs is that nothing decays and
    that no evidence lies in both periods.
#}
with

int_initiative_trials as (
    select
        initiative,
        is_placebo,
        start_month,
        months
    from {{ ref('int_initiative_trials') }}
),

int_evidence_months as (
    select
        customer_id,
        month,
        weight,
        weighted_answer
    from {{ ref('int_evidence_months') }}
),

segment_thresholds as (
    select
        prior_score,
        prior_weight,
        minimum_evidence_weight
    from {{ ref('segment_thresholds') }}
),

periods as (
    select
        trials.initiative,
        trials.is_placebo,
        int_evidence_months.customer_id,
        int_evidence_months.month >= trials.start_month as is_after,
        sum(int_evidence_months.weight) as weight,
        sum(int_evidence_months.weighted_answer) as weighted_answer
    from int_initiative_trials as trials
    inner join int_evidence_months
        on
            {{ add_months('trials.start_month', '-trials.months') }}
            <= int_evidence_months.month
            and {{ add_months('trials.start_month', 'trials.months') }}
            > int_evidence_months.month
    group by
        trials.initiative,
        trials.is_placebo,
        int_evidence_months.customer_id,
        int_evidence_months.month >= trials.start_month
),

scored as (
    select
        periods.*,
        round({{ blended_score('periods') }}, 4) as score
    from periods
    inner join segment_thresholds
        on periods.weight >= segment_thresholds.minimum_evidence_weight
),

scores as (
    select
        initiative,
        is_placebo,
        customer_id,
        max(score) filter (where not is_after) as score_before,
        max(score) filter (where is_after) as score_after
    from scored
    group by initiative, is_placebo, customer_id
    having count(*) = 2
)

select * from scores
