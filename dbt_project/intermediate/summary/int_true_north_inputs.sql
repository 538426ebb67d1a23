{#
    Month: the figures of the board's page before they are set against the
    year before. Connected share counts the connected, let down or not, and is
    of the measured customers: who cannot be measured is no evidence either
    way, and measured_share says how many can.
#}
with

int_tier_counts as (
    select * from {{ ref('int_tier_counts') }}
),

segment_attrition as (
    select
        month,
        attrition_rate,
        attrition_rate_low,
        attrition_rate_high,
        annual_attrition_rate,
        annual_attrition_rate_low,
        annual_attrition_rate_high
    from {{ ref('segment_attrition') }}
    where tier = 'all'
),

tiers as (
    select
        tier,
        is_measured,
        is_connected
    from {{ ref('tiers') }}
),

int_acquisition_months as (
    select * from {{ ref('int_acquisition_months') }}
),

tier_sizes as (
    select
        int_tier_counts.month,
        sum(int_tier_counts.customers) filter (
            where tiers.is_connected
        ) as connected,
        sum(int_tier_counts.customers) filter (
            where tiers.is_measured
        ) as measured
    from int_tier_counts
    left join tiers
        on int_tier_counts.tier = tiers.tier
    group by int_tier_counts.month
),

headlines as (
    select
        everybody.month,
        everybody.is_complete_month,
        everybody.customers as active_customers,
        everybody.advocates,
        everybody.buyers_12m,
        everybody.repeat_buyers_12m,
        everybody.revenue,
        everybody.unconverted_orders,
        segment_attrition.attrition_rate,
        segment_attrition.attrition_rate_low,
        segment_attrition.attrition_rate_high,
        segment_attrition.annual_attrition_rate,
        segment_attrition.annual_attrition_rate_low,
        segment_attrition.annual_attrition_rate_high,
        coalesce(int_acquisition_months.new_customers, 0) as new_customers,
        int_acquisition_months.acquisition_cost,
        coalesce(int_acquisition_months.unconverted_costs, 0)
            as unconverted_costs,
        coalesce(tier_sizes.connected, 0) as connected_customers,
        coalesce(tier_sizes.measured, 0) as measured_customers,
        {{ quotient(
            'sum(everybody.revenue) over (order by everybody.month)',
            'int_acquisition_months.customers_ever'
        ) }} as historical_clv
    from int_tier_counts as everybody
    inner join tier_sizes
        on everybody.month = tier_sizes.month
    left join int_acquisition_months
        on everybody.month = int_acquisition_months.month
    left join segment_attrition
        on everybody.month = segment_attrition.month
    where everybody.tier = 'all'
)

select * from headlines
