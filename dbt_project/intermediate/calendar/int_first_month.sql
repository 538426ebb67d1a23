{#
    One row, the month with which the calendar begins: the first in which customers
    were heard, by a survey or a conversation; where nobody ever was, the first in
    which somebody was a customer. Days before the earliest window that a night or
    a backfill asked for, and days to come, are mistakes. So may be a record far
    from all others: a first month has company, where any month has. A survey
    about a conversation is not counted beside it. The first order begins nothing:
    no outcome has a part in the score, not even in its calendar.
#}
with

survey_responses as (
    select submitted_at as heard_at
    from {{ ref('survey_responses') }}
    where link = 'contact'
),

conversations as (
    select started_at as heard_at
    from {{ ref('conversations') }}
),

int_customers as (
    select customer_since
    from {{ ref('int_customers') }}
),

int_calendar_bounds as (
    select * from {{ ref('int_calendar_bounds') }}
),

reporting_rules as (
    select * from {{ ref('reporting_rules') }}
),

beginnings as (
    {% for heard in ['survey_responses', 'conversations'] %}
    select
        'heard' as kind,
        {{ business_date('heard_at') }} as begun_on
    from {{ heard }}
    union all
    {% endfor %}
    select
        'customer' as kind,
        greatest(
            int_customers.customer_since, int_calendar_bounds.history_start
        ) as begun_on
    from int_customers
    cross join int_calendar_bounds
),

months as (
    select
        beginnings.kind,
        {{ month_of('beginnings.begun_on') }} as month,
        count(*) as records
    from beginnings
    inner join int_calendar_bounds
        on
            beginnings.begun_on <= int_calendar_bounds.through_date
            and beginnings.begun_on
            >= coalesce(int_calendar_bounds.history_start, '-infinity')
    group by beginnings.kind, {{ month_of('beginnings.begun_on') }}
),

accompanied as (
    select
        months.kind,
        months.month,
        sum(later.records) >= max(reporting_rules.first_month_records)
            as has_company
    from months
    cross join reporting_rules
    inner join months as later
        on
            months.kind = later.kind
            and months.month <= later.month
            and {{ add_months(
                'months.month', 'reporting_rules.first_month_span'
            ) }} > later.month
    group by months.kind, months.month
),

first_month as (
    select
        greatest(coalesce(
            min(month) filter (where kind = 'heard' and has_company),
            min(month) filter (where kind = 'heard'),
            min(month) filter (where has_company),
            min(month),
            {{ month_of('through_date') }}
        ), earliest_month) as month
    from int_calendar_bounds
    left join accompanied
        on true
    group by through_date, earliest_month
)

select * from first_month
