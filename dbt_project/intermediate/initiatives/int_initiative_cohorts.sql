{{ config(materialized='view') }}
{#
    Initiative × trial × cohort: the customers of the start (after), and those
    of as many months before it (before). entry_month is the last before the
    period, exit_month the last of it.
#}
with

int_initiative_trials as (
    select
        initiative,
        is_placebo,
        start_month,
        months
    from {{ ref('int_initiative_trials') }}
),

starts as (
    select
        initiative,
        is_placebo,
        'after' as cohort,
        months,
        start_month as starts_on
    from int_initiative_trials
    union all
    select
        initiative,
        is_placebo,
        'before' as cohort,
        months,
        {{ add_months('start_month', '-months') }} as starts_on
    from int_initiative_trials
),

cohorts as (
    select
        initiative,
        is_placebo,
        cohort,
        starts_on,
        {{ add_months('starts_on', -1) }} as entry_month,
        {{ add_months('starts_on', 'months - 1') }} as exit_month
    from starts
)

select * from cohorts
