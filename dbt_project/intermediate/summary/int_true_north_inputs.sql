{#
    Month: the figures of the board's page before they are set against the
    year before. Connected share counts the connected, let down or not, and is
    of the measured customers: who cannot be measured is no evidence either
    way, and measured_share says how many can.
#}
with

int_tier_counts as (
    select
        month,
        is_complete_month,
        customers,
        measured_customers,
        connected_customers,
        advocates,
        buyers_12m,
        repeat_buyers_12m,
        revenue,
        unconverted_orders
    from {{ ref('int_tier_counts') }}
    where tier = 'all'
),

int_period_attrition as (
    select * from {{ ref('int_period_attrition') }}
    where tier = 'all'
),

int_acquisition_months as (
    select * from {{ ref('int_acquisition_months') }}
),

int_customer_months as (
    select
        customer_id,
        month,
        revenue
    from {{ ref('int_customer_months') }}
),

year_before as (
    select
        customer_id,
        {{ add_months('month', 12) }} as month,
        revenue
    from int_customer_months
),

{#
    Revenue of the customers who had a row, so were customers, in the same month
    of the year before, in both months: growth that owes nothing to winning
    customers. Includes those who have left since.
#}
same_customer_months as (
    select
        int_customer_months.month,
        {{ total('int_customer_months.revenue', '*') }} as revenue,
        {{ total('year_before.revenue', '*') }} as revenue_year_ago
    from int_customer_months
    inner join year_before
        on
            int_customer_months.customer_id = year_before.customer_id
            and int_customer_months.month = year_before.month
    group by int_customer_months.month
),

true_north_inputs as (
    select
        int_tier_counts.*,
        int_period_attrition.customers_at_start,
        int_period_attrition.customers_left,
        int_period_attrition.annual_customers_at_start,
        int_period_attrition.annual_customers_left,
        same_customer_months.revenue as same_customer_revenue,
        same_customer_months.revenue_year_ago
            as same_customer_revenue_year_ago,
        coalesce(int_acquisition_months.new_customers, 0) as new_customers,
        int_acquisition_months.acquisition_cost,
        coalesce(int_acquisition_months.unconverted_costs, 0)
            as unconverted_costs,
        {{ quotient(
            'sum(int_tier_counts.revenue) over (order by int_tier_counts.month)',
            'int_acquisition_months.customers_ever'
        ) }} as historical_clv
    from int_tier_counts
    left join int_acquisition_months
        on int_tier_counts.month = int_acquisition_months.month
    left join int_period_attrition
        on int_tier_counts.month = int_period_attrition.month
    left join same_customer_months
        on int_tier_counts.month = same_customer_months.month
)

select * from true_north_inputs
