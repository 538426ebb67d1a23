{% set prefixes = ['', 'frequent_'] %}
with

int_channel_counts as (
    select * from {{ ref('int_channel_counts') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

omnichannel as (
    select
        month,
        is_complete_month,
        channels,
        {% for prefix in prefixes %}
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
    from int_channel_counts
    cross join segment_thresholds
)

select * from omnichannel
