{{ config(materialized='view') }}
{#
    One row: the first day that nights and backfills asked for surveys and
    conversations (they begin the calendar, see int_first_month), the last day of
    the CRM (outcomes come from it, so its cursor is the clock), and the month
    before which no calendar reaches. Published windows only: they are the same
    whatever way the nights went.
#}
with

stg_ops_cursors as (
    select
        load,
        through_date
    from {{ ref('stg_ops_cursors') }}
),

stg_ops_loads as (
    select
        load,
        window_start
    from {{ ref('stg_ops_loads') }}
    where status = 'published'
),

stg_ops_source_loads as (
    select
        load,
        source,
        entity,
        link
    from {{ ref('stg_ops_source_loads') }}
),

reporting_rules as (
    select longest_calendar_months
    from {{ ref('reporting_rules') }}
),

history as (
    select {{ business_date('min(stg_ops_loads.window_start)') }} as starts_on
    from stg_ops_loads
    inner join stg_ops_source_loads
        on stg_ops_loads.load = stg_ops_source_loads.load
    where
        stg_ops_source_loads.entity = 'conversations'
        or (
            stg_ops_source_loads.entity = 'survey_responses'
            and stg_ops_source_loads.link = 'contact'
        )
),

last_day as (
    select min(stg_ops_cursors.through_date) as through_date
    from stg_ops_cursors
    inner join stg_ops_source_loads
        on stg_ops_cursors.load = stg_ops_source_loads.load
    where stg_ops_source_loads.source = 'crm'
),

bounds as (
    select
        history.starts_on as history_start,
        last_day.through_date,
        {{ add_months(
            month_of('last_day.through_date'),
            '1 - reporting_rules.longest_calendar_months'
        ) }} as earliest_month
    from history
    cross join last_day
    cross join reporting_rules
)

select * from bounds
