{{ config(materialized='view') }}
{#
    The three customer-month marts side by side, with the two questions that
    every summary asks. A customer of the month is one who has not left by its
    end, or who bought in it. Nothing else reads the marts where the rows of
    builds before this one count. The marts have the same rows; joined left, by
    its unique key, advocacy is not even read for a summary that asks nothing of
    it (half the time).
#}
with

customer_segments as (
    select
        customer_id,
        month,
        is_complete_month,
        tier,
        connection_score,
        satisfaction_score,
        evidence_count
    from {{ ref('customer_segments') }}
),

customer_attrition as (
    select
        customer_id,
        month,
        last_order_on,
        expected_gap_days,
        lapsed_on,
        orders,
        revenue,
        unconverted_orders,
        orders_12m,
        revenue_12m,
        channels_12m,
        status in ('lapsed', 'contract_ended') as has_left
    from {{ ref('customer_attrition') }}
),

customer_advocacy as (
    select
        customer_id,
        month,
        promoter_class,
        referrals_made,
        referrals_converted,
        public_positive_mentions
    from {{ ref('customer_advocacy') }}
),

tiers as (
    select
        tier,
        is_measured,
        is_connected
    from {{ ref('tiers') }}
),

customer_months as (
    select
        customer_segments.*,
        tiers.is_measured,
        tiers.is_connected,
        customer_attrition.last_order_on,
        customer_attrition.expected_gap_days,
        customer_attrition.lapsed_on,
        customer_attrition.orders,
        customer_attrition.revenue,
        customer_attrition.unconverted_orders,
        customer_attrition.orders_12m,
        customer_attrition.revenue_12m,
        customer_attrition.channels_12m,
        customer_attrition.has_left,
        customer_advocacy.promoter_class,
        customer_advocacy.referrals_made,
        customer_advocacy.referrals_converted,
        customer_advocacy.public_positive_mentions,
        not customer_attrition.has_left
        or customer_attrition.orders > 0 as is_customer_of_month
    from customer_segments
    inner join tiers
        on customer_segments.tier = tiers.tier
    inner join customer_attrition
        on
            customer_segments.customer_id = customer_attrition.customer_id
            and customer_segments.month = customer_attrition.month
    left join customer_advocacy
        on
            customer_segments.customer_id = customer_advocacy.customer_id
            and customer_segments.month = customer_advocacy.month
)

select * from customer_months
