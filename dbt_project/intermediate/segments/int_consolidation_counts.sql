{#
    Month × tier a year before (and all): of the customers who were there then
    and had not consolidated, how many have by this month's end. Nobody where no
    customer ever consolidated: most brands have nothing to consolidate.
#}
with

int_customer_months as (
    select
        customer_id,
        month,
        tier,
        has_left
    from {{ ref('int_customer_months') }}
),

int_months as (
    select
        month,
        next_month,
        is_complete_month
    from {{ ref('int_months') }}
),

int_consolidations as (
    select
        customer_id,
        consolidated_on
    from {{ ref('int_consolidations') }}
),

lapse_rules as (
    select annual_months
    from {{ ref('lapse_rules') }}
),

first_consolidation as (
    select min(consolidated_on) as consolidated_on
    from int_consolidations
),

starts as (
    select
        int_customer_months.customer_id,
        int_customer_months.tier,
        {{ add_months('int_customer_months.month', 1) }} as starts_on,
        {{ add_months(
            'int_customer_months.month', 'lapse_rules.annual_months'
        ) }} as month
    from int_customer_months
    cross join lapse_rules
    where not int_customer_months.has_left
),

consolidators as (
    select
        starts.month,
        int_months.is_complete_month,
        coalesce(starts.tier, 'all') as tier,
        count(*) as customers_at_start,
        count(*) filter (
            where int_consolidations.consolidated_on < int_months.next_month
        ) as customers_consolidated
    from starts
    inner join int_months
        on starts.month = int_months.month
    inner join first_consolidation
        on int_months.next_month > first_consolidation.consolidated_on
    left join int_consolidations
        on starts.customer_id = int_consolidations.customer_id
    where
        int_consolidations.consolidated_on is null
        or int_consolidations.consolidated_on >= starts.starts_on
    group by
        starts.month,
        int_months.is_complete_month,
        grouping sets ((starts.tier), ())
)

select * from consolidators
