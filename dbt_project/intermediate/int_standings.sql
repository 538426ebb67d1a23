{#
    Customer × month, due rows: the stretch without an order that the month's
    end falls into, and the end of a contract. Nothing here changes by the day.
#}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month,
        as_of_date,
        is_complete_month
    from {{ ref('int_due_spine') }}
    where is_due
),

int_customers as (
    select
        customer_id,
        contract_ended_on
    from {{ ref('int_customers') }}
),

int_lapses as (
    select * from {{ ref('int_lapses') }}
),

standings as (
    select
        int_due_spine.*,
        int_customers.contract_ended_on,
        int_lapses.ordered_on as last_order_on,
        int_lapses.expected_gap_days,
        int_lapses.lapsing_on,
        int_lapses.lapsed_on,
        int_lapses.returned_on
    from int_due_spine
    inner join int_customers
        on int_due_spine.customer_id = int_customers.customer_id
    inner join int_lapses
        on
            int_due_spine.customer_id = int_lapses.customer_id
            and int_due_spine.next_month > int_lapses.starts_on
            and int_due_spine.next_month
            <= coalesce(int_lapses.next_starts_on, 'infinity')
)

select * from standings
