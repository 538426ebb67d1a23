{{ config(materialized='view') }}
{#
    Month: revenue of the customers who had a row, so were customers, in the
    same month of the year before, in both months: growth that owes nothing to
    winning customers. Includes those who have left since.
#}
with

customer_attrition as (
    select
        customer_id,
        month,
        revenue
    from {{ ref('customer_attrition') }}
),

year_before as (
    select
        customer_id,
        {{ add_months('month', 12) }} as month,
        revenue
    from customer_attrition
),

same_customer_months as (
    select
        customer_attrition.month,
        {{ total('customer_attrition.revenue', '*') }} as revenue,
        {{ total('year_before.revenue', '*') }} as revenue_year_ago
    from customer_attrition
    inner join year_before
        on
            customer_attrition.customer_id = year_before.customer_id
            and customer_attrition.month = year_before.month
    group by customer_attrition.month
)

select * from same_customer_months
