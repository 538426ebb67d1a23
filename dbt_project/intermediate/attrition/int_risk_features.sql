{#
    Customer × month as of whose end a risk of leaving is judged, by what was
    known then, for customers who had not left: the last complete month, and
    the months every risk_months before it, whose customers' fate is known by
    the next of them. Only the last month's has_left_since is null. Few columns:
    each asks for ten customers who left before there is a model.
#}
with

int_customer_months as (
    select * from {{ ref('int_customer_months') }}
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
        judged.customer_id,
        {{ indicator('outcomes.has_left') }} as has_left_since,
        round({{ quotient(
            'risk_months.next_month - judged.last_order_on',
            'judged.expected_gap_days'
        ) }}, 4) as days_silent_per_gap,
        judged.lapsed_on - risk_months.next_month as days_to_lapse,
        judged.expected_gap_days,
        judged.orders_12m,
        round({{ logarithm('1 + greatest(judged.revenue_12m, 0)') }}, 4)
            as log_revenue_12m,
        judged.connection_score,
        judged.satisfaction_score,
        judged.evidence_count,
        {{ indicator(
            "coalesce(judged.promoter_class = 'detractor', false)"
        ) }} as is_detractor,
        judged.referrals_made
    from risk_months
    inner join int_customer_months as judged
        on risk_months.month = judged.month and not judged.has_left
    left join int_customer_months as outcomes
        on
            judged.customer_id = outcomes.customer_id
            and risk_months.outcome_month = outcomes.month
            and outcomes.is_complete_month
)

select * from risk_features
