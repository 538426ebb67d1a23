with

stg_estimated_lapse_risks as (
    select
        customer_id,
        month,
        probability,
        reason_1,
        reason_2,
        reason_3
    from {{ ref('stg_estimated_lapse_risks') }}
),

customer_segments as (
    select
        customer_id,
        month,
        tier
    from {{ ref('customer_segments') }}
),

customer_value as (
    select
        customer_id,
        expected_value_12m,
        probability_active
    from {{ ref('customer_value') }}
),

risk_reasons as (
    select
        finding,
        reason
    from {{ ref('risk_reasons') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

{#
    At stake is what a customer is expected to bring while they stay: the
    expectation holds the chance that they are gone already, so it is taken out.
#}
valued as (
    select
        stg_estimated_lapse_risks.*,
        customer_segments.tier,
        coalesce(customer_value.expected_value_12m, 0) as expected_value_12m,
        coalesce(
            {{ quotient(
                'stg_estimated_lapse_risks.probability'
                ' * customer_value.expected_value_12m',
                'customer_value.probability_active'
            ) }}, 0
        ) as value_at_risk
    from stg_estimated_lapse_risks
    inner join customer_segments
        on
            stg_estimated_lapse_risks.customer_id
            = customer_segments.customer_id
            and stg_estimated_lapse_risks.month = customer_segments.month
    left join customer_value
        on stg_estimated_lapse_risks.customer_id = customer_value.customer_id
),

attrition_risk as (
    select
        valued.customer_id,
        valued.month,
        valued.tier,
        {{ decimal('valued.probability', 9, 6) }} as lapse_probability,
        first_reasons.reason as reason_1,
        second_reasons.reason as reason_2,
        third_reasons.reason as reason_3,
        {{ money('valued.expected_value_12m') }}
            as expected_value_12m,
        {{ money('valued.value_at_risk') }} as value_at_risk,
        {{ whole(
            'row_number() over (order by round(valued.value_at_risk, 2) desc,'
            ' valued.probability desc, valued.customer_id asc)'
        ) }} as risk_rank,
        segment_thresholds.method_version
    from valued
    cross join segment_thresholds
    left join risk_reasons as first_reasons
        on valued.reason_1 = first_reasons.finding
    left join risk_reasons as second_reasons
        on valued.reason_2 = second_reasons.finding
    left join risk_reasons as third_reasons
        on valued.reason_3 = third_reasons.finding
)

select * from attrition_risk
