{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_customers_due() }}',
    indexes=[{'columns': ['customer_id']}],
) }}
{#
    What customers bought, a row an order, recomputed for those who are due.
    Seeds say which statuses and types are no sales. An order whose amount is
    not added up has none.
#}
with

int_identity_links_due as (
    select
        customer_id,
        vendor,
        subject
    from {{ ref('int_identity_links_due') }}
    where link = 'contact'
),

orders as (
    select
        vendor,
        order_id,
        contact_id,
        ordered_on,
        amount,
        currency,
        status,
        order_channel,
        order_type
    from {{ ref('orders') }}
),

int_currency_rates as (
    select * from {{ ref('int_currency_rates') }}
),

order_statuses as (
    select status
    from {{ ref('order_statuses') }}
    where not is_sale
),

order_types as (
    select order_type
    from {{ ref('order_types') }}
    where not is_sale
),

sales as (
    select
        int_identity_links_due.customer_id,
        orders.vendor,
        orders.order_id,
        orders.ordered_on,
        {{ in_reporting_currency(
            'orders.amount',
            'orders.currency',
            'int_currency_rates.rate'
        ) }} as amount,
        orders.order_channel
    from orders
    inner join int_identity_links_due
        on
            orders.vendor = int_identity_links_due.vendor
            and orders.contact_id = int_identity_links_due.subject
    left join int_currency_rates
        on
            orders.currency = int_currency_rates.currency
            and orders.ordered_on
            >= int_currency_rates.valid_from
            and orders.ordered_on
            < int_currency_rates.valid_until
    left join order_statuses
        on orders.status = order_statuses.status
    left join order_types
        on orders.order_type = order_types.order_type
    where order_statuses.status is null and order_types.order_type is null
)

select * from sales
