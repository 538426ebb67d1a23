{#
    Month × tier (and all): sums over the customers of the month, from which
    the summaries take their shares, means and intervals. A month in which
    nobody was one has all, with nothing.
#}
with

int_months as (
    select
        month,
        is_complete_month
    from {{ ref('int_months') }}
),

int_customer_months as (
    select * from {{ ref('int_customer_months') }}
    where is_customer_of_month
),

counted as (
    select
        int_months.month,
        int_months.is_complete_month,
        coalesce(tier, 'all') as tier,
        count(customer_id) as customers,
        count(*) filter (where is_measured) as measured_customers,
        count(*) filter (where is_connected) as connected_customers,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(unconverted_orders), 0) as unconverted_orders,
        {{ total('revenue', 'customer_id') }} as revenue,
        {{ mean('revenue_12m', 'customer_id') }} as value_12m,
        var_samp(revenue_12m) as variance_12m,
        count(*) filter (where orders_12m >= 1) as buyers_12m,
        count(*) filter (where orders_12m >= 2) as repeat_buyers_12m,
        count(*) filter (where promoter_class = 'promoter') as promoters,
        count(*) filter (where promoter_class = 'passive') as passives,
        count(*) filter (where promoter_class = 'detractor') as detractors,
        count(*) filter (where referrals_made > 0) as referrers,
        count(*) filter (where referrals_converted > 0)
            as converted_referrers,
        count(*) filter (where public_positive_mentions > 0) as mentioners,
        count(*) filter (
            where referrals_made > 0 or public_positive_mentions > 0
        ) as advocates
    from int_months
    left join int_customer_months
        on int_months.month = int_customer_months.month
    group by
        grouping sets (
            (int_months.month, int_months.is_complete_month, tier),
            (int_months.month, int_months.is_complete_month)
        )
    having grouping(tier) = 1 or tier is not null
)

select * from counted
