{#
    Month × touchpoint: stated importance beside derived, with the names that
    the seed has for it.
#}
with

int_stated_importance as (
    select * from {{ ref('int_stated_importance') }}
),

stg_estimated_driver_weights as (
    select * from {{ ref('stg_estimated_driver_weights') }}
    where topic = 'touchpoint'
),

stg_estimated_driver_fits as (
    select
        month,
        reason
    from {{ ref('stg_estimated_driver_fits') }}
    where topic = 'touchpoint'
),

measured_customers as (
    select
        month,
        count(connection_score) as customers
    from {{ ref('int_customer_months') }}
    group by month
),

touchpoints as (
    select
        touchpoint,
        label,
        journey_stage,
        channel
    from {{ ref('touchpoints') }}
),

segment_thresholds as (
    select confidence_z
    from {{ ref('segment_thresholds') }}
),

touchpoint_drivers as (
    select
        stated.month,
        stated.is_latest,
        stated.touchpoint,
        touchpoints.label,
        touchpoints.journey_stage,
        touchpoints.channel,
        measured_customers.customers,
        coalesce(weights.rated, 0) as customers_rated,
        stated.customers_stated,
        stated.importance as stated,
        segment_thresholds.confidence_z * {{ root(quotient(
            'stated.importance_variance', 'stated.customers_stated'
        )) }} as stated_half_width,
        weights.share as derived,
        weights.share_low as derived_low,
        weights.share_high as derived_high,
        case
            when weights.share is null
                then coalesce(
                    fits.reason,
                    'too few who are measured have rated it, or all alike'
                )
        end as derived_reason,
        weights.correlation,
        weights.r_squared,
        weights.weight_low > 0 as is_above_chance,
        weights.quadrant,
        weights.is_certain
    from int_stated_importance as stated
    cross join segment_thresholds
    inner join measured_customers
        on stated.month = measured_customers.month
    left join stg_estimated_driver_weights as weights
        on
            stated.month = weights.month
            and stated.touchpoint = weights.item
    left join stg_estimated_driver_fits as fits
        on stated.month = fits.month
    left join touchpoints
        on stated.touchpoint = touchpoints.touchpoint
)

select * from touchpoint_drivers
