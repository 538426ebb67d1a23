{#
    Customer × month as of whose end a risk of leaving is judged, by what was
    known then, for customers who had not left: the last complete month, and
    the months every risk_months before it, whose customers' fate is known by
    the next of them. Only the last month's has_left_since is null. Few columns:
    each asks for ten customers who left before there is a model.
#}
with

customer_attrition as (
    select * from {{ ref('customer_attrition') }}
),

customer_segments as (
    select * from {{ ref('customer_segments') }}
),

customer_advocacy as (
    select * from {{ ref('customer_advocacy') }}
),

int_months as (
    select
        month,
        next_month
    from {{ ref('int_months') }}
    where is_complete_month
),

last_month as (
    select max(month) as month
    from int_months
),

lapse_rules as (
    select
        risk_months,
        risk_looks_back
    from {{ ref('lapse_rules') }}
),

risk_months as (
    select
        int_months.month,
        int_months.next_month,
        {{ add_months('int_months.month', 'lapse_rules.risk_months') }}
            as outcome_month
    from last_month
    cross join lapse_rules
    cross join
        lateral {{ number_spine(0, 'lapse_rules.risk_looks_back') }}
            as steps (step)
    inner join int_months
        on {{ add_months(
            'last_month.month', '-lapse_rules.risk_months * steps.step'
        ) }} = int_months.month
),

risk_features as (
    select
        risk_months.month,
        customer_attrition.customer_id,
        {{ indicator("outcomes.status in ('lapsed', 'contract_ended')") }}
            as has_left_since,
        round({{ quotient(
            'risk_months.next_month - customer_attrition.last_order_on',
            'customer_attrition.expected_gap_days'
        ) }}, 4) as days_silent_per_gap,
        customer_attrition.lapsed_on - risk_months.next_month
            as days_to_lapse,
        customer_attrition.expected_gap_days,
        customer_attrition.orders_12m,
        round({{ logarithm(
            '1 + greatest(customer_attrition.revenue_12m, 0)'
        ) }}, 4) as log_revenue_12m,
        customer_segments.connection_score,
        customer_segments.satisfaction_score,
        customer_segments.evidence_count,
        {{ indicator(
            "coalesce(customer_advocacy.promoter_class = 'detractor', false)"
        ) }} as is_detractor,
        customer_advocacy.referrals_made
    from risk_months
    inner join customer_attrition
        on
            risk_months.month = customer_attrition.month
            and customer_attrition.status not in ('lapsed', 'contract_ended')
    inner join customer_segments
        on
            customer_attrition.customer_id = customer_segments.customer_id
            and customer_attrition.month = customer_segments.month
    inner join customer_advocacy
        on
            customer_attrition.customer_id = customer_advocacy.customer_id
            and customer_attrition.month = customer_advocacy.month
    left join customer_attrition as outcomes
        on
            customer_attrition.customer_id = outcomes.customer_id
            and risk_months.outcome_month = outcomes.month
            and outcomes.is_complete_month
)

select * from risk_features
