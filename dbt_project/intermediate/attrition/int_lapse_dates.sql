{{ config(indexes=[{'columns': ['customer_id']}]) }}
{#
    Customer × stretch without an order, to the day before the next order, with
    the latest return so far. An order after a lapse is a return; the very
    first order is none.
#}
with

int_order_silences as (
    select * from {{ ref('int_order_silences') }}
),

ordered as (
    select
        *,
        lead(starts_on) over stretches_of_customer as next_starts_on,
        lag(lapsed_on) over stretches_of_customer as was_lapsed_on,
        lag(ordered_on) over stretches_of_customer as was_ordered_on
    from int_order_silences
    window stretches_of_customer as (
        partition by customer_id
        order by starts_on, ordered_on nulls first
    )
),

lapses as (
    select
        customer_id,
        starts_on,
        next_starts_on,
        ordered_on,
        expected_gap_days,
        lapsing_on,
        lapsed_on,
        max(
            case
                when was_lapsed_on <= starts_on and was_ordered_on is not null
                    then starts_on
            end
        ) over (
            partition by customer_id
            order by starts_on
        ) as returned_on
    from ordered
)

select * from lapses
