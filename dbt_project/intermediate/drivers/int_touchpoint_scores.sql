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

int_customer_months as (
    select
        customer_id,
        month,
        connection_score
    from {{ ref('int_customer_months') }}
    where connection_score is not null
),

touchpoint_scores as (
    select
        int_rated_touchpoints.month,
        int_rated_touchpoints.customer_id,
        int_rated_touchpoints.touchpoint,
        int_rated_touchpoints.rating,
        int_customer_months.connection_score
    from int_rated_touchpoints
    inner join int_customer_months
        on
            int_rated_touchpoints.customer_id = int_customer_months.customer_id
            and int_rated_touchpoints.month = int_customer_months.month
)

select * from touchpoint_scores
