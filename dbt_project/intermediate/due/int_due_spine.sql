{#
    The rows of the spine that are due, and before each the month in which its
    customer's previous tier stands (is_due false: computed, not kept).
#}
with

int_spine as (
    select
        customer_id,
        month,
        next_month,
        as_of_date,
        is_complete_month
    from {{ ref('int_spine') }}
),

int_months_due as (
    select
        customer_id,
        month
    from {{ ref('int_months_due') }}
),

wanted as (
    select
        customer_id,
        month,
        true as is_due
    from int_months_due
    union all
    select
        customer_id,
        {{ add_months('month', -1) }} as month,
        false as is_due
    from int_months_due
),

months as (
    select
        customer_id,
        month,
        bool_or(is_due) as is_due
    from wanted
    group by customer_id, month
),

due_spine as (
    select
        int_spine.customer_id,
        int_spine.month,
        int_spine.next_month,
        int_spine.as_of_date,
        int_spine.is_complete_month,
        months.is_due
    from int_spine
    inner join months
        on
            int_spine.customer_id = months.customer_id
            and int_spine.month = months.month
)

select * from due_spine
