{#
    Johnson's relative weights and their intervals come from the estimates. A
    touchpoint matters more than others where its share of what the touchpoints
    explain is above an even share, and where people say so where its stated
    importance is above the mean of the touchpoints.
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
        case
            when derived is null or stated is null then null
            when derived > derived_cut and stated > stated_cut
                then 'key_driver'
            when derived > derived_cut then 'hidden_driver'
            when stated > stated_cut then 'claimed'
            else 'low'
        end as quadrant,
        derived_low > derived_cut or derived_high < derived_cut
            as is_derived_certain,
        customers_rated < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version
    from int_touchpoint_drivers
    cross join segment_thresholds
)

select * from touchpoint_importance
