{#
    Month × tier at the period's start (and all): of those who were there at
    the start, how many had left by this month's end. Nobody is counted in the
    tier they fell into. The period is the month, and the seed's year.
#}
with

int_customer_months as (
    select
        customer_id,
        month,
        is_complete_month,
        tier,
        has_left
    from {{ ref('int_customer_months') }}
),

lapse_rules as (
    select annual_months
    from {{ ref('lapse_rules') }}
),

starts as (
    select
        customer_id,
        tier as entry_tier,
        'month' as period,
        {{ add_months('month', 1) }} as month
    from int_customer_months
    where not has_left
    union all
    select
        int_customer_months.customer_id,
        int_customer_months.tier as entry_tier,
        'year' as period,
        {{ add_months(
            'int_customer_months.month', 'lapse_rules.annual_months'
        ) }} as month
    from int_customer_months
    cross join lapse_rules
    where not int_customer_months.has_left
),

leavers as (
    select
        starts.month,
        int_customer_months.is_complete_month,
        {% for period, prefix in {'month': '', 'year': 'annual_'}.items() %}
        count(*) filter (where starts.period = '{{ period }}')
            as {{ prefix }}customers_at_start,
        count(*) filter (
            where starts.period = '{{ period }}'
            and int_customer_months.has_left
        ) as {{ prefix }}customers_left,
        {% endfor %}
        coalesce(starts.entry_tier, 'all') as tier
    from starts
    inner join int_customer_months
        on
            starts.customer_id = int_customer_months.customer_id
            and starts.month = int_customer_months.month
    group by
        starts.month,
        int_customer_months.is_complete_month,
        grouping sets ((starts.entry_tier), ())
)

select * from leavers
