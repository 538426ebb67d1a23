{#
    Tier at entry (and all) × months since: who was still there to leave in that
    month, who left in it, and whose time ends with it unfinished. Customers
    enter in the first complete month that ends with a measured tier and the
    customer still there; earlier they count nowhere, so waiting to be heard is
    never taken for loyalty. Who is never measured never enters: to leave early
    is one way never to be heard, so that group's survival would be an artefact.
#}
with

int_customer_months as (
    select
        customer_id,
        month,
        tier,
        is_measured,
        has_left
    from {{ ref('int_customer_months') }}
    where is_complete_month
),

entries as (
    select
        customer_id,
        min(month) as entry_month
    from int_customer_months
    where is_measured and not has_left
    group by customer_id
),

lives as (
    select
        entries.customer_id,
        entries.entry_month,
        max(int_customer_months.tier) filter (
            where int_customer_months.month = entries.entry_month
        ) as entry_tier,
        min(int_customer_months.month) filter (
            where int_customer_months.has_left
        ) as left_month,
        max(int_customer_months.month) as last_month
    from entries
    inner join int_customer_months
        on
            entries.customer_id = int_customer_months.customer_id
            and entries.entry_month <= int_customer_months.month
    group by entries.customer_id, entries.entry_month
),

observations as (
    select
        entry_tier,
        left_month is not null as has_left,
        {{ months_between(
            'entry_month', 'coalesce(left_month, last_month)'
        ) }} as months_since
    from lives
),

ended as (
    select
        months_since,
        coalesce(entry_tier, 'all') as tier,
        count(*) filter (where has_left) as left_customers,
        count(*) filter (where not has_left) as censored
    from observations
    group by grouping sets ((entry_tier, months_since), (months_since))
),

longest as (
    select
        tier,
        max(months_since) as months_since
    from ended
    group by tier
),

life_table as (
    select
        longest.tier,
        every_month.months_since,
        coalesce(ended.left_customers, 0) as left_customers,
        coalesce(ended.censored, 0) as censored,
        sum(coalesce(ended.left_customers + ended.censored, 0)) over (
            partition by longest.tier
            order by every_month.months_since desc
        ) as at_risk
    from longest
    cross join
        lateral {{ number_spine(0, 'longest.months_since') }}
            as every_month (months_since)
    left join ended
        on
            longest.tier = ended.tier
            and every_month.months_since = ended.months_since
)

select * from life_table
