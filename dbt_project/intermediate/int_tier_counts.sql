{#
    Month × tier (and all): sums over the customers of the month, from which
    the summaries take their shares, means and intervals.
#}
with

int_customer_months as (
    select * from {{ ref('int_customer_months') }}
    where is_customer_of_month
),

counted as (
    select
        month,
        is_complete_month,
        coalesce(tier, 'all') as tier,
        count(*) as customers,
        sum(orders) as orders,
        sum(revenue) as revenue,
        avg(revenue_12m) as value_12m,
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
    from int_customer_months
    group by
        grouping sets (
            (month, is_complete_month, tier), (month, is_complete_month)
        )
)

select * from counted
