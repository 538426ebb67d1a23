{% set compared = [
    'connected_share', 'annual_attrition_rate', 'advocacy_rate',
    'active_customers', 'revenue', 'acquisition_cost', 'repeat_rate',
    'historical_clv',
] %}
{% set shares = {
    'connected_share': ('connected_customers', 'measured_customers'),
    'measured_share': ('measured_customers', 'customers'),
    'advocacy_rate': ('advocates', 'customers'),
    'repeat_rate': ('repeat_buyers_12m', 'buyers_12m'),
    'attrition_rate': ('customers_left', 'customers_at_start'),
    'annual_attrition_rate': (
        'annual_customers_left', 'annual_customers_at_start'
    ),
} %}
with

int_true_north_inputs as (
    select * from {{ ref('int_true_north_inputs') }}
),

int_month_expectations as (
    select * from {{ ref('int_month_expectations') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

figures as (
    select
        month,
        is_complete_month,
        {% for name, (part, whole) in shares.items() %}
        {{ share(part, whole) }} as {{ name }},
        {{ share_low(part, whole) }} as {{ name }}_low,
        {{ share_high(part, whole) }} as {{ name }}_high,
        {% endfor %}
        {{ whole('customers') }} as active_customers,
        {{ whole('new_customers') }} as new_customers,
        {{ money('revenue') }} as revenue,
        {{ whole('unconverted_orders') }} as unconverted_orders,
        {{ money('acquisition_cost') }} as acquisition_cost,
        {{ whole('unconverted_costs') }} as unconverted_costs,
        {{ money('historical_clv') }} as historical_clv,
        {{ growth('same_customer_revenue', 'same_customer_revenue_year_ago') }}
            as same_customer_growth,
        segment_thresholds.method_version
    from int_true_north_inputs
    cross join segment_thresholds
),

true_north as (
    select
        figures.*,
        {% for figure in compared %}
        year_before.{{ figure }} as {{ figure }}_year_ago,
        {{ growth('figures.' ~ figure, 'year_before.' ~ figure) }}
            as {{ figure }}_growth,
        {% endfor %}
        {{ money('expected_value') }} as expected_value_12m,
        {{ money('expected_value_low') }} as expected_value_12m_low,
        {{ money('expected_value_high') }} as expected_value_12m_high,
        expected_value_reason,
        lapse_risk_reason
    from figures
    left join figures as year_before
        on {{ add_months('figures.month', -12) }} = year_before.month
    left join int_month_expectations
        on figures.month = int_month_expectations.month
)

select * from true_north
