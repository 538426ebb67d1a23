{#
    Month × touchpoint: how much customers say it matters to them, 1-7, the mean
    of a customer's answers in the trailing window, and how many rated it.
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
        importance
    from {{ ref('int_touchpoint_ratings') }}
),

segment_thresholds as (
    select window_months
    from {{ ref('segment_thresholds') }}
),

by_customer as (
    select
        int_driver_months.month,
        int_driver_months.is_latest,
        int_touchpoint_ratings.customer_id,
        int_touchpoint_ratings.touchpoint,
        round(avg(int_touchpoint_ratings.importance), 6) as importance
    from int_driver_months
    cross join segment_thresholds
    inner join int_touchpoint_ratings
        on
            int_driver_months.next_month > int_touchpoint_ratings.rated_on
            and {{ add_months(
                'int_driver_months.next_month',
                '-segment_thresholds.window_months'
            ) }} <= int_touchpoint_ratings.rated_on
    group by
        int_driver_months.month,
        int_driver_months.is_latest,
        int_touchpoint_ratings.customer_id,
        int_touchpoint_ratings.touchpoint
),

stated_importance as (
    select
        month,
        is_latest,
        touchpoint,
        count(*) as customers_rated,
        count(importance) as customers_stated,
        avg(importance) as importance,
        var_samp(importance) as importance_variance
    from by_customer
    group by month, is_latest, touchpoint
)

select * from stated_importance
