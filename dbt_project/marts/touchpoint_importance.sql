{#
    Johnson's relative weights, their intervals and the quadrants come from the
    estimates (kindred/estimates/drivers.py and quadrants.py).
#}
with

int_touchpoint_drivers as (
    select * from {{ ref('int_touchpoint_drivers') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

touchpoint_importance as (
    select
        month,
        is_latest,
        touchpoint,
        label,
        journey_stage,
        channel,
        {{ whole('customers_rated') }} as customers_rated,
        {{ share('customers_rated', 'customers') }} as reach,
        {{ share_low('customers_rated', 'customers') }} as reach_low,
        {{ share_high('customers_rated', 'customers') }} as reach_high,
        {{ whole('customers_stated') }} as customers_stated,
        {{ decimal('stated', 7, 4) }} as stated_importance,
        {{ decimal('stated - stated_half_width', 7, 4) }}
            as stated_importance_low,
        {{ decimal('stated + stated_half_width', 7, 4) }}
            as stated_importance_high,
        {{ decimal('derived', 9, 6) }} as derived_importance,
        {{ decimal('derived_low', 9, 6) }} as derived_importance_low,
        {{ decimal('derived_high', 9, 6) }} as derived_importance_high,
        derived_reason as derived_importance_reason,
        {{ decimal('correlation', 9, 6) }} as correlation,
        {{ decimal('r_squared', 9, 6) }} as r_squared,
        is_above_chance,
        quadrant,
        is_certain as is_quadrant_certain,
        customers_rated < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from int_touchpoint_drivers
    cross join segment_thresholds
)

select * from touchpoint_importance
