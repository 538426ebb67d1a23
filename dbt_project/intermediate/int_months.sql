{#
    The calendar runs from the month in which customers were first heard, by a
    survey or a conversation (before it there is nothing to know about them),
    to the month that holds the CRM's last day. Outcomes come from the CRM, so
    its cursor is the clock. The beginning is not the first order's: no outcome
    has a part in the score, not even in its calendar.
#}
with

stg_ops_cursors as (
    select
        load,
        through_date
    from {{ ref('stg_ops_cursors') }}
),

stg_salesforce_survey_responses as (
    select min(submitted_at) as first_at
    from {{ ref('stg_salesforce_survey_responses') }}
),

stg_genesys_conversations as (
    select min(started_at) as first_at
    from {{ ref('stg_genesys_conversations') }}
),

int_customers as (
    select min(customer_since) as first_date
    from {{ ref('int_customers') }}
),

source_loads as (
    select
        load,
        source
    from {{ ref('source_loads') }}
),

last_day as (
    select min(stg_ops_cursors.through_date) as through_date
    from stg_ops_cursors
    inner join source_loads
        on stg_ops_cursors.load = source_loads.load
    where source_loads.source = 'crm'
),

first_day as (
    select
        coalesce(
            {{ business_date('least(surveys.first_at, calls.first_at)') }},
            int_customers.first_date
        ) as first_date
    from int_customers
    cross join stg_salesforce_survey_responses as surveys
    cross join stg_genesys_conversations as calls
),

months as (
    select
        last_day.through_date,
        cast(month_starts.month_start as date) as month
    from first_day
    cross join last_day
    cross join lateral {{ month_spine(
        month_of('first_day.first_date'), 'last_day.through_date'
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
