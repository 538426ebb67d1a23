{# Customer: the day from which all of their business is with the brand. #}
with

stg_salesforce_orders as (
    select
        contact_id,
        ordered_on,
        status,
        order_type
    from {{ ref('stg_salesforce_orders') }}
),

order_types as (
    select order_type
    from {{ ref('order_types') }}
    where is_consolidation
),

order_statuses as (
    select status
    from {{ ref('order_statuses') }}
    where not is_sale
),

int_identity_links as (
    select
        customer_id,
        subject
    from {{ ref('int_identity_links') }}
    where channel = 'contact'
),

consolidations as (
    select
        int_identity_links.customer_id,
        min(stg_salesforce_orders.ordered_on) as consolidated_on
    from stg_salesforce_orders
    inner join order_types
        on stg_salesforce_orders.order_type = order_types.order_type
    inner join int_identity_links
        on stg_salesforce_orders.contact_id = int_identity_links.subject
    left join order_statuses
        on stg_salesforce_orders.status = order_statuses.status
    where order_statuses.status is null
    group by int_identity_links.customer_id
)

select * from consolidations
