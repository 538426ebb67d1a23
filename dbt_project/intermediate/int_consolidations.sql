{# Customer: the day from which all of their business is with the brand. #}
with

orders as (
    select
        vendor,
        contact_id,
        ordered_on,
        status,
        order_type
    from {{ ref('orders') }}
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
        vendor,
        subject
    from {{ ref('int_identity_links') }}
    where link = 'contact'
),

consolidations as (
    select
        int_identity_links.customer_id,
        min(orders.ordered_on) as consolidated_on
    from orders
    inner join order_types
        on orders.order_type = order_types.order_type
    inner join int_identity_links
        on
            orders.vendor = int_identity_links.vendor
            and orders.contact_id = int_identity_links.subject
    left join order_statuses
        on orders.status = order_statuses.status
    where order_statuses.status is null
    group by int_identity_links.customer_id
)

select * from consolidations
