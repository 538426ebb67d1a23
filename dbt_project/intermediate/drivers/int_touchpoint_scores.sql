{{ config(materialized='view') }}
{#
    Month × measured customer × touchpoint: the customer's mean rating of it,
    beside the connection that it is set against.
#}
with

int_rated_touchpoints as (
    select
        month,
        customer_id,
        touchpoint,
        rating
    from {{ ref('int_rated_touchpoints') }}
),

customer_segments as (
    select
        customer_id,
        month,
        connection_score
    from {{ ref('customer_segments') }}
    where connection_score is not null
),

touchpoint_scores as (
    select
        int_rated_touchpoints.month,
        int_rated_touchpoints.customer_id,
        int_rated_touchpoints.touchpoint,
        int_rated_touchpoints.rating,
        customer_segments.connection_score
    from int_rated_touchpoints
    inner join customer_segments
        on
            int_rated_touchpoints.customer_id = customer_segments.customer_id
            and int_rated_touchpoints.month = customer_segments.month
)

select * from touchpoint_scores
