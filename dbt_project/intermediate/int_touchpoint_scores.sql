{#
    Month × measured customer × touchpoint: the customer's mean rating of it in
    the trailing window, beside the connection that it is set against.
#}
with

int_driver_months as (
    select
        month,
        next_month
    from {{ ref('int_driver_months') }}
),

int_touchpoint_ratings as (
    select
        customer_id,
        touchpoint,
        rated_on,
        rating
    from {{ ref('int_touchpoint_ratings') }}
),

customer_segments as (
    select
        customer_id,
        month,
        connection_score
    from {{ ref('customer_segments') }}
    where connection_score is not null
),

segment_thresholds as (
    select window_months
    from {{ ref('segment_thresholds') }}
),

rated as (
    select
        int_driver_months.month,
        int_touchpoint_ratings.customer_id,
        int_touchpoint_ratings.touchpoint,
        round(avg(int_touchpoint_ratings.rating), 4) as rating
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
        int_touchpoint_ratings.customer_id,
        int_touchpoint_ratings.touchpoint
),

touchpoint_scores as (
    select
        rated.month,
        rated.customer_id,
        rated.touchpoint,
        rated.rating,
        customer_segments.connection_score
    from rated
    inner join customer_segments
        on
            rated.customer_id = customer_segments.customer_id
            and rated.month = customer_segments.month
)

select * from touchpoint_scores
