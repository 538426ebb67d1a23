{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    What customers bought, a row an order, found anew for those who are due.
    The seed says which statuses are no sales.
#}
with

int_due_links as (
    select
        customer_id,
        subject
    from {{ ref('int_due_links') }}
    where channel = 'contact'
),

stg_salesforce_orders as (
    select
        order_id,
        contact_id,
        ordered_on,
        amount,
        status,
        order_channel
    from {{ ref('stg_salesforce_orders') }}
),

order_statuses as (
    select status
    from {{ ref('order_statuses') }}
    where not is_sale
),

sales as (
    select
        int_due_links.customer_id,
        stg_salesforce_orders.order_id,
        stg_salesforce_orders.ordered_on,
        stg_salesforce_orders.amount,
        stg_salesforce_orders.order_channel
    from stg_salesforce_orders
    inner join int_due_links
        on stg_salesforce_orders.contact_id = int_due_links.subject
    left join order_statuses
        on stg_salesforce_orders.status = order_statuses.status
    where order_statuses.status is null
)

select * from sales
