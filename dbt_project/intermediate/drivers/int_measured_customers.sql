{{ config(materialized='view') }}
{# Month: customers whose connection is known. #}
with

customer_segments as (
    select
        month,
        connection_score
    from {{ ref('customer_segments') }}
),

measured_customers as (
    select
        month,
        count(connection_score) as customers
    from customer_segments
    group by month
)

select * from measured_customers
