{{ config(materialized='view') }}
{#
    The months as of whose end the drivers are estimated: the end of each
    calendar quarter that is over, and the last complete month. What drives a
    brand does not turn in a month, and each estimate looks back a year.
#}
with

int_months as (
    select
        month,
        next_month
    from {{ ref('int_months') }}
    where is_complete_month
),

last_month as (
    select max(month) as month
    from int_months
),

driver_months as (
    select
        int_months.month,
        int_months.next_month,
        int_months.month = last_month.month as is_latest
    from int_months
    cross join last_month
    where
        int_months.month = last_month.month
        or extract(month from int_months.next_month) in (1, 4, 7, 10)
)

select * from driver_months
