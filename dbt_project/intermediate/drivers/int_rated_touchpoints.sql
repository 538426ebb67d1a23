{#
    Month × customer × touchpoint that they rated in the trailing window: the
    means of how good it was and of how much they say it matters.
#}
with

int_driver_months as (
    select
        month,
        next_month,
        is_latest
    from {{ ref('int_driver_months') }}
),

int_touchpoint_ratings as (
    select
        customer_id,
        touchpoint,
        rated_on,
        rating,
        importance
    from {{ ref('int_touchpoint_ratings') }}
),

segment_thresholds as (
    select window_months
    from {{ ref('segment_thresholds') }}
),

rated as (
    select
        int_driver_months.month,
        int_driver_months.is_latest,
        int_touchpoint_ratings.customer_id,
        int_touchpoint_ratings.touchpoint,
        round(avg(int_touchpoint_ratings.rating), 4) as rating,
        round(avg(int_touchpoint_ratings.importance), 6) as importance
    from int_driver_months
    cross join segment_thresholds
    inner join int_touchpoint_ratings
        on
            {{ in_trailing_window(
                'int_touchpoint_ratings.rated_on',
                'int_driver_months.next_month',
                'segment_thresholds.window_months'
            ) }}
    group by
        int_driver_months.month,
        int_driver_months.is_latest,
        int_touchpoint_ratings.customer_id,
        int_touchpoint_ratings.touchpoint
)

select * from rated
