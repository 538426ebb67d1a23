{#
    Exactly one tier for every customer-month that is due, with the tier of the
    month before. Without a score of connection or of satisfaction the tier is
    unmeasured, whatever the other one says.
#}
with

int_due_spine as (
    select
        customer_id,
        month,
        is_complete_month,
        is_due
    from {{ ref('int_due_spine') }}
),

int_connection_scores as (
    select * from {{ ref('int_connection_scores') }}
),

segment_thresholds as (
    select
        method_version,
        satisfied_from,
        connected_from,
        different_from
    from {{ ref('segment_thresholds') }}
),

judged as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        int_due_spine.is_complete_month,
        int_due_spine.is_due,
        int_connection_scores.connection_score,
        int_connection_scores.motivator_score,
        int_connection_scores.emotion_score,
        int_connection_scores.satisfaction_score,
        int_connection_scores.differentiation_score,
        int_connection_scores.last_evidence_at,
        segment_thresholds.method_version,
        coalesce(int_connection_scores.evidence_count, 0) as evidence_count,
        int_connection_scores.satisfaction_score
        >= segment_thresholds.satisfied_from as is_satisfied,
        int_connection_scores.connection_score
        >= segment_thresholds.connected_from as is_connected,
        coalesce(
            int_connection_scores.differentiation_score
            >= segment_thresholds.different_from, false
        ) as is_seen_as_different
    from int_due_spine
    cross join segment_thresholds
    left join int_connection_scores
        on
            int_due_spine.customer_id = int_connection_scores.customer_id
            and int_due_spine.month = int_connection_scores.month
),

tiers as (
    select
        *,
        case
            when is_satisfied is null or is_connected is null
                then 'unmeasured'
            when is_connected and is_satisfied then 'fully_connected'
            when is_connected then 'connected_let_down'
            when is_satisfied and is_seen_as_different
                then 'perceives_difference'
            when is_satisfied then 'highly_satisfied'
            else 'not_connected'
        end as tier
    from judged
),

{# The month before is computed with the due ones and is not kept. #}
moves as (
    select
        *,
        lag(tier) over (
            partition by customer_id
            order by month
        ) as previous_tier
    from tiers
),

due_tiers as (
    select * from moves
    where is_due
)

select * from due_tiers
