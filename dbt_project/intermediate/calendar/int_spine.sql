{{ config(materialized='view') }}
{# Every customer in every month of the calendar since they became one. #}
with

int_customers as (
    select
        customer_id,
        customer_since
    from {{ ref('int_customers') }}
),

int_months as (
    select
        month,
        next_month,
        as_of_date,
        is_complete_month
    from {{ ref('int_months') }}
),

spine as (
    select
        int_customers.customer_id,
        int_months.month,
        int_months.next_month,
        int_months.as_of_date,
        int_months.is_complete_month
    from int_customers
    inner join int_months
        on int_customers.customer_since < int_months.next_month
)

select * from spine
