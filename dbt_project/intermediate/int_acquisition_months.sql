{{ config(materialized='view') }}
{#
    Month: customers won and what they cost, and all customers ever won by its
    end. A customer who was there before the calendar begins counts in its
    first month for the total, and never as won.
#}
with

int_customers as (
    select
        customer_id,
        customer_since,
        acquisition_cost
    from {{ ref('int_customers') }}
),

int_months as (
    select
        month,
        next_month
    from {{ ref('int_months') }}
),

acquisition_months as (
    select
        int_months.month,
        count(*) as customers_ever,
        count(*) filter (
            where int_customers.customer_since >= int_months.month
        ) as new_customers,
        avg(int_customers.acquisition_cost) filter (
            where int_customers.customer_since >= int_months.month
        ) as acquisition_cost
    from int_months
    inner join int_customers
        on int_months.next_month > int_customers.customer_since
    group by int_months.month
)

select * from acquisition_months
