{{ config(materialized='view') }}
{#
    Initiative, with the months of the calendar before its start, and the
    complete ones after it.
#}
with

initiatives as (
    select
        *,
        {{ month_of('started_on') }} as start_month
    from {{ ref('initiatives') }}
),

int_months as (
    select
        month,
        is_complete_month
    from {{ ref('int_months') }}
),

known as (
    select
        initiatives.initiative,
        initiatives.label,
        initiatives.started_on,
        initiatives.start_month,
        initiatives.acquisition_channel,
        count(*) filter (
            where int_months.month < initiatives.start_month
        ) as months_before,
        count(*) filter (
            where
            int_months.month >= initiatives.start_month
            and int_months.is_complete_month
        ) as months_after
    from initiatives
    cross join int_months
    group by
        initiatives.initiative,
        initiatives.label,
        initiatives.started_on,
        initiatives.start_month,
        initiatives.acquisition_channel
)

select * from known
