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
        customer_since
    from {{ ref('int_customers') }}
),

int_acquisition_costs as (
    select * from {{ ref('int_acquisition_costs') }}
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
        avg(int_acquisition_costs.acquisition_cost) filter (
            where int_customers.customer_since >= int_months.month
        ) as acquisition_cost,
        count(*) filter (
            where int_customers.customer_since >= int_months.month
            and int_acquisition_costs.customer_id is not null
            and int_acquisition_costs.acquisition_cost is null
        ) as unconverted_costs
    from int_months
    inner join int_customers
        on int_months.next_month > int_customers.customer_since
    left join int_acquisition_costs
        on int_customers.customer_id = int_acquisition_costs.customer_id
    group by int_months.month
)

select * from acquisition_months
