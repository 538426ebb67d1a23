{{ config(indexes=[{'columns': ['customer_id']}]) }}
{#
    Due customer × stretch without an order, from an order (or from the
    beginning) to the day before the next order, with the days on which it turns
    into lapsing and lapsed, and with the latest return so far.
#}
with

int_order_gaps as (
    select * from {{ ref('int_order_gaps') }}
),

int_due_customers as (
    select
        customer_id,
        customer_since
    from {{ ref('int_due_customers') }}
),

int_months as (
    select min(month) as first_month from {{ ref('int_months') }}
),

lapse_rules as (
    select * from {{ ref('lapse_rules') }}
),

{# Silence before the calendar begins says nothing. #}
beginnings as (
    select
        int_due_customers.customer_id,
        greatest(int_due_customers.customer_since, int_months.first_month)
            as starts_on
    from int_due_customers
    cross join int_months
),

stretches as (
    select
        customer_id,
        ordered_on as starts_on,
        ordered_on,
        expected_gap_days
    from int_order_gaps
    union all
    select
        beginnings.customer_id,
        beginnings.starts_on,
        null as ordered_on,
        null as expected_gap_days
    from beginnings
    left join int_order_gaps
        on
            beginnings.customer_id = int_order_gaps.customer_id
            and beginnings.starts_on >= int_order_gaps.ordered_on
    where int_order_gaps.customer_id is null
),

dated as (
    select
        stretches.*,
        stretches.starts_on + stretches.expected_gap_days as lapsing_on,
        stretches.starts_on + case
            when stretches.ordered_on is null then lapse_rules.lapse_cap_days
            else {{ whole(between_bounds(
                'ceil(lapse_rules.lapse_multiple * stretches.expected_gap_days)',
                'lapse_rules.lapse_floor_days',
                'lapse_rules.lapse_cap_days'
            )) }}
        end as lapsed_on
    from stretches
    cross join lapse_rules
),

{# An order after a lapse is a return; the very first order is none. #}
ordered as (
    select
        *,
        lead(starts_on) over stretches_of_customer as next_starts_on,
        lag(lapsed_on) over stretches_of_customer <= starts_on
        and lag(ordered_on) over stretches_of_customer is not null as is_return
    from dated
    window stretches_of_customer as (
        partition by customer_id
        order by starts_on, ordered_on nulls first
    )
),

lapses as (
    select
        *,
        max(case when is_return then starts_on end) over (
            partition by customer_id
            order by starts_on
        ) as returned_on
    from ordered
)

select * from lapses
