{# Equal predictions share a band, so that there can be fewer than ten. #}
with

stg_estimated_risk_checks as (
    select
        month,
        band,
        customers,
        predicted,
        left_customers
    from {{ ref('stg_estimated_risk_checks') }}
),

stg_estimated_risk_fits as (
    select * from {{ ref('stg_estimated_risk_fits') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

risk_reliability as (
    select
        checks.month,
        {{ whole('checks.band') }} as band,
        {{ whole('checks.customers') }} as customers,
        {{ decimal('checks.predicted', 9, 6) }} as predicted_rate,
        {{ share('checks.left_customers', 'checks.customers') }}
            as observed_rate,
        {{ share_low('checks.left_customers', 'checks.customers') }}
            as observed_rate_low,
        {{ share_high('checks.left_customers', 'checks.customers') }}
            as observed_rate_high,
        {{ decimal('fits.brier', 9, 6) }} as brier,
        {{ decimal('fits.brier_base', 9, 6) }} as brier_base,
        {% for figure in ['skill', 'auc', 'lift', 'slope'] %}
        {{ decimal('fits.' ~ figure, 12, 6) }} as {{ figure }},
        {{ decimal('fits.' ~ figure ~ '_low', 12, 6) }} as {{ figure }}_low,
        {{ decimal('fits.' ~ figure ~ '_high', 12, 6) }} as {{ figure }}_high,
        {% endfor %}
        checks.customers < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from stg_estimated_risk_checks as checks
    cross join segment_thresholds
    inner join stg_estimated_risk_fits as fits
        on checks.month = fits.check_month
)

select * from risk_reliability
