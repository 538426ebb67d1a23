{# The customers with a month that is due. #}
with

int_due_spine as (
    select customer_id
    from {{ ref('int_due_spine') }}
),

int_customers as (
    select
        customer_id,
        customer_since
    from {{ ref('int_customers') }}
),

due_customers as (
    select distinct
        int_customers.customer_id,
        int_customers.customer_since
    from int_due_spine
    inner join int_customers
        on int_due_spine.customer_id = int_customers.customer_id
)

select * from due_customers
