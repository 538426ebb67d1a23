{{ config(materialized='view') }}
{#
    Month: revenue of the customers who had a row, so were customers, in the
    same month of the year before, in both months: growth that owes nothing to
    winning customers. Includes those who have left since.
#}
with

int_customer_months as (
    select
        customer_id,
        month,
        revenue
    from {{ ref('int_customer_months') }}
),

year_before as (
    select
        customer_id,
        {{ add_months('month', 12) }} as month,
        revenue
    from int_customer_months
),

same_customer_months as (
    select
        int_customer_months.month,
        {{ total('int_customer_months.revenue', '*') }} as revenue,
        {{ total('year_before.revenue', '*') }} as revenue_year_ago
    from int_customer_months
    inner join year_before
        on
            int_customer_months.customer_id = year_before.customer_id
            and int_customer_months.month = year_before.month
    group by int_customer_months.month
)

select * from same_customer_months
