{% set compared = [
    'connected_share', 'annual_attrition_rate', 'advocacy_rate',
    'active_customers', 'revenue', 'acquisition_cost', 'repeat_rate',
    'historical_clv',
] %}
with

int_headlines as (
    select * from {{ ref('int_headlines') }}
),

int_same_customer_months as (
    select
        month,
        revenue,
        revenue_year_ago
    from {{ ref('int_same_customer_months') }}
),

segment_thresholds as (
    select
        method_version,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

figures as (
    select
        month,
        is_complete_month,
        {{ share('connected_customers', 'measured_customers') }}
            as connected_share,
        {{ share_low('connected_customers', 'measured_customers') }}
            as connected_share_low,
        {{ share_high('connected_customers', 'measured_customers') }}
            as connected_share_high,
        {{ share('measured_customers', 'active_customers') }}
            as measured_share,
        attrition_rate,
        annual_attrition_rate,
        {{ share('advocates', 'active_customers') }} as advocacy_rate,
        cast(active_customers as integer) as active_customers,
        cast(new_customers as integer) as new_customers,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(acquisition_cost as numeric(18, 2)) as acquisition_cost,
        {{ share('repeat_buyers_12m', 'buyers_12m') }} as repeat_rate,
        cast(historical_clv as numeric(18, 2)) as historical_clv,
        segment_thresholds.method_version
    from int_headlines
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
        {{ growth(
            'int_same_customer_months.revenue',
            'int_same_customer_months.revenue_year_ago'
        ) }} as same_customer_growth
    from figures
    left join figures as year_before
        on {{ add_months('figures.month', -12) }} = year_before.month
    left join int_same_customer_months
        on figures.month = int_same_customer_months.month
)

select * from true_north
