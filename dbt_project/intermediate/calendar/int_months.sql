{#
    The calendar runs from int_first_month to the month that holds the CRM's last
    day.
#}
with

int_first_month as (
    select month
    from {{ ref('int_first_month') }}
),

int_calendar_bounds as (
    select through_date
    from {{ ref('int_calendar_bounds') }}
),

months as (
    select
        int_calendar_bounds.through_date,
        cast(month_starts.month_start as date) as month
    from int_first_month
    cross join int_calendar_bounds
    cross join lateral {{ month_spine(
        'int_first_month.month', 'int_calendar_bounds.through_date'
    ) }} as month_starts (month_start)
),

dated as (
    select
        month,
        {{ add_months('month', 1) }} as next_month,
        least({{ add_months('month', 1) }} - 1, through_date) as as_of_date,
        {{ add_months('month', 1) }} - 1 <= through_date as is_complete_month
    from months
)

select * from dated
