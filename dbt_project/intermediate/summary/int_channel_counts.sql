{#
    Month × number of order channels used in the trailing twelve months: sums
    over the customers of the month, and over those of them with at least
    frequent_orders_from orders. More orders are more chances to use another
    channel; among the frequent there is less of that.
#}
with

int_customer_months as (
    select
        month,
        is_complete_month,
        channels_12m,
        orders_12m,
        revenue_12m,
        is_measured,
        is_connected
    from {{ ref('int_customer_months') }}
    where is_customer_of_month
),

segment_thresholds as (
    select frequent_orders_from
    from {{ ref('segment_thresholds') }}
),

{% set groups = {
    '': 'true',
    'frequent_': 'orders_12m >= segment_thresholds.frequent_orders_from',
} %}
channel_counts as (
    select
        month,
        is_complete_month,
        {% for prefix, whom in groups.items() %}
        count(*) filter (where {{ whom }}) as {{ prefix }}customers,
        count(*) filter (where is_measured and {{ whom }})
            as {{ prefix }}measured_customers,
        count(*) filter (where is_connected and {{ whom }})
            as {{ prefix }}connected_customers,
        {{ mean('revenue_12m', '*', whom) }} as {{ prefix }}value_12m,
        var_samp(revenue_12m) filter (where {{ whom }})
            as {{ prefix }}variance_12m,
        {% endfor %}
        channels_12m as channels
    from int_customer_months
    cross join segment_thresholds
    group by month, is_complete_month, channels_12m
)

select * from channel_counts
