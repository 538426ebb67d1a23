{# The links of the customers who are due: evidence is found through them. #}
with

int_customer_links as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_customer_links') }}
),

int_due_customers as (
    select
        customer_id,
        has_text_consent
    from {{ ref('int_due_customers') }}
),

due_links as (
    select
        int_customer_links.customer_id,
        int_customer_links.channel,
        int_customer_links.subject,
        int_due_customers.has_text_consent
    from int_customer_links
    inner join int_due_customers
        on int_customer_links.customer_id = int_due_customers.customer_id
)

select * from due_links
