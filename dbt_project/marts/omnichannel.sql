{#
    More orders are more chances to use another channel; among the frequent
    there is less of that.
#}
{% set groups = {
    '': 'true',
    'frequent_': 'orders_12m >= segment_thresholds.frequent_orders_from',
} %}
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
    select
        method_version,
        minimum_group,
        confidence_z,
        frequent_orders_from
    from {{ ref('segment_thresholds') }}
),

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
),

omnichannel as (
    select
        month,
        is_complete_month,
        channels,
        {% for prefix in groups %}
        {% set customers = prefix ~ 'customers' %}
        {% set measured = prefix ~ 'measured_customers' %}
        {% set connected = prefix ~ 'connected_customers' %}
        {% set value = prefix ~ 'value_12m' %}
        {% set variance = prefix ~ 'variance_12m' %}
        {{ whole(customers) }} as {{ customers }},
        {{ whole(measured) }} as {{ measured }},
        {{ share(connected, measured) }} as {{ prefix }}connected_share,
        {{ share_low(connected, measured) }}
            as {{ prefix }}connected_share_low,
        {{ share_high(connected, measured) }}
            as {{ prefix }}connected_share_high,
        {{ money(value) }} as {{ value }},
        {{ mean_low(value, variance, customers) }} as {{ value }}_low,
        {{ mean_high(value, variance, customers) }} as {{ value }}_high,
        {{ measured }} < segment_thresholds.minimum_group
            as is_{{ prefix }}suppressed,
        {% endfor %}
        segment_thresholds.method_version
    from channel_counts
    cross join segment_thresholds
)

select * from omnichannel
