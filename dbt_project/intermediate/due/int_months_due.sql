{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    pre_hook='{{ delete_rows_published() }}',
) }}
{#
    The customer-months to compute. Kept until a build is published: if a build
    breaks off, the next one still knows what the broken one had begun. The
    months of customers who are gone, or who began later than was thought, are
    here too, so that their rows go. It also tells the publication which
    customer-month rows may differ from the readers'.
#}
with

int_changed_customers as (
    select
        customer_id,
        from_date
    from {{ ref('int_changed_customers') }}
),

int_months as (
    select
        month,
        next_month
    from {{ ref('int_months') }}
),

int_stale_months as (
    select
        customer_id,
        month
    from {{ ref('int_stale_months') }}
),

builds as (
    select build_id
    from {{ source('ops', 'builds') }}
),

due as (
    select
        int_changed_customers.customer_id,
        int_months.month
    from int_changed_customers
    inner join int_months
        on int_changed_customers.from_date < int_months.next_month
    union
    select
        customer_id,
        month
    from int_stale_months
),

numbered as (
    select
        due.customer_id,
        due.month,
        coalesce((select max(builds.build_id) from builds), 0) as build_id
    from due
    {% if is_incremental() %}
    left join {{ this }} as known
        on
            due.customer_id = known.customer_id
            and due.month = known.month
    where known.customer_id is null
    {% endif %}
)

select * from numbered
