{{ config(indexes=[{'columns': ['channel', 'subject']}]) }}
{# The links of the customers who are due: evidence is found through them. #}
with

int_customer_links as (
    select
        customer_id,
        channel,
        subject
    from {{ ref('int_customer_links') }}
),

int_due_spine as (
    select customer_id
    from {{ ref('int_due_spine') }}
),

int_customers as (
    select
        customer_id,
        has_text_consent
    from {{ ref('int_customers') }}
),

due_customers as (
    select distinct customer_id
    from int_due_spine
),

due_links as (
    select
        int_customer_links.customer_id,
        int_customer_links.channel,
        int_customer_links.subject,
        int_customers.has_text_consent
    from int_customer_links
    inner join due_customers
        on int_customer_links.customer_id = due_customers.customer_id
    inner join int_customers
        on int_customer_links.customer_id = int_customers.customer_id
)

select * from due_links
