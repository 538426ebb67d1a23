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
        cast(customers_rated as integer) as customers_rated,
        {{ share('customers_rated', 'customers') }} as reach,
        {{ share_low('customers_rated', 'customers') }} as reach_low,
        {{ share_high('customers_rated', 'customers') }} as reach_high,
        cast(customers_stated as integer) as customers_stated,
        cast(stated as numeric(7, 4)) as stated_importance,
        cast(stated - stated_half_width as numeric(7, 4))
            as stated_importance_low,
        cast(stated + stated_half_width as numeric(7, 4))
            as stated_importance_high,
        cast(derived as numeric(9, 6)) as derived_importance,
        cast(derived_low as numeric(9, 6)) as derived_importance_low,
        cast(derived_high as numeric(9, 6)) as derived_importance_high,
        cast(correlation as numeric(9, 6)) as correlation,
        cast(r_squared as numeric(9, 6)) as r_squared,
        is_above_chance,
        quadrant,
        is_certain as is_quadrant_certain,
        customers_rated < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from int_touchpoint_drivers
    cross join segment_thresholds
)

select * from touchpoint_importance
