{#
    Customer × moment, with the tier of the month before: a negative one that
    counts, and to compare with the first of a month with nothing negative, of
    customers not gone by then. Among the silent are some who left unnoticed.
#}
with

int_moments as (
    select
        customer_id,
        moment_on,
        return_until,
        is_negative,
        is_counted,
        next_order_on,
        {{ month_of('moment_on') }} as month
    from {{ ref('int_moments') }}
),

int_customer_months as (
    select
        customer_id,
        tier,
        {{ add_months('month', 1) }} as month
    from {{ ref('int_customer_months') }}
    where not has_left
),

int_months as (
    select
        month,
        is_complete_month,
        max(as_of_date) over () as through_date
    from {{ ref('int_months') }}
),

{# The order after a month's first moment is the first of those after each. #}
moments as (
    select
        customer_id,
        month,
        moment_on,
        return_until,
        next_order_on,
        'negative' as moment
    from int_moments
    where is_counted
    union all
    select
        customer_id,
        month,
        min(moment_on) as moment_on,
        min(return_until) as return_until,
        min(next_order_on) as next_order_on,
        'calm' as moment
    from int_moments
    group by customer_id, month
    having not bool_or(is_negative)
),

outcomes as (
    select
        moments.month,
        moments.moment,
        int_months.is_complete_month,
        int_customer_months.tier,
        moments.next_order_on - moments.moment_on as days_to_return,
        moments.return_until <= int_months.through_date as is_over,
        coalesce(moments.return_until >= moments.next_order_on, false)
            as has_returned
    from moments
    inner join int_months
        on moments.month = int_months.month
    inner join int_customer_months
        on
            moments.customer_id = int_customer_months.customer_id
            and moments.month = int_customer_months.month
)

select * from outcomes
