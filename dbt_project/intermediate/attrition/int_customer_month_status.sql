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

int_lapse_dates as (
    select * from {{ ref('int_lapse_dates') }}
),

standings as (
    select
        int_due_spine.*,
        int_customers.contract_ended_on,
        int_lapse_dates.ordered_on as last_order_on,
        int_lapse_dates.expected_gap_days,
        int_lapse_dates.lapsing_on,
        int_lapse_dates.lapsed_on,
        int_lapse_dates.returned_on
    from int_due_spine
    inner join int_customers
        on int_due_spine.customer_id = int_customers.customer_id
    inner join int_lapse_dates
        on
            int_due_spine.customer_id = int_lapse_dates.customer_id
            and int_due_spine.next_month > int_lapse_dates.starts_on
            and int_due_spine.next_month
            <= coalesce(int_lapse_dates.next_starts_on, 'infinity')
)

select * from standings
