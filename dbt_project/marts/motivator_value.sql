{% set outcomes = ['value', 'advocacy', 'attrition'] %}
with

int_motivator_correlations as (
    select * from {{ ref('int_motivator_correlations') }}
),

int_driver_months as (
    select month
    from {{ ref('int_driver_months') }}
    where is_latest
),

motivators as (
    select
        motivator,
        is_key
    from {{ ref('motivators') }}
),

stg_estimated_driver_weights as (
    select
        month,
        item,
        share,
        share_low,
        share_high
    from {{ ref('stg_estimated_driver_weights') }}
    where topic = 'motivator'
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

{# Who has a fulfilment has a value, be it 0: that row tells of both. #}
fulfilled as (
    select
        motivator,
        tier,
        customers,
        fulfilment,
        segment_thresholds.confidence_z
        * {{ root(quotient('fulfilment_variance', 'customers')) }}
            as half_width
    from int_motivator_correlations
    cross join segment_thresholds
    where outcome = 'value'
),

motivator_value as (
    select
        int_driver_months.month,
        fulfilled.motivator,
        motivators.is_key,
        fulfilled.tier,
        {{ whole('fulfilled.customers') }} as customers,
        {{ decimal('fulfilled.fulfilment', 7, 4) }} as fulfilment,
        {{ decimal('fulfilled.fulfilment - fulfilled.half_width', 7, 4) }}
            as fulfilment_low,
        {{ decimal('fulfilled.fulfilment + fulfilled.half_width', 7, 4) }}
            as fulfilment_high,
        {{ decimal('weights.share', 9, 6) }} as importance,
        {{ decimal('weights.share_low', 9, 6) }} as importance_low,
        {{ decimal('weights.share_high', 9, 6) }} as importance_high,
        {% for outcome in outcomes %}
        {{ whole(outcome ~ '.customers') }} as {{ outcome }}_customers,
        {{ decimal(outcome ~ '.correlation', 9, 6) }}
            as {{ outcome }}_correlation,
        {{ correlation_low(outcome) }} as {{ outcome }}_correlation_low,
        {{ correlation_high(outcome) }} as {{ outcome }}_correlation_high,
        coalesce({{ outcome }}.customers, 0) < segment_thresholds.minimum_group
            as is_{{ outcome }}_suppressed,
        {% endfor %}
        fulfilled.customers < segment_thresholds.minimum_group
            as is_suppressed,
        segment_thresholds.method_version
    from fulfilled
    cross join int_driver_months
    cross join segment_thresholds
    inner join motivators
        on fulfilled.motivator = motivators.motivator
    left join stg_estimated_driver_weights as weights
        on
            int_driver_months.month = weights.month
            and fulfilled.motivator = weights.item
            and fulfilled.tier = 'all'
    {% for outcome in outcomes %}
    left join int_motivator_correlations as {{ outcome }}
        on
            fulfilled.motivator = {{ outcome }}.motivator
            and fulfilled.tier = {{ outcome }}.tier
            and {{ outcome }}.outcome = '{{ outcome }}'
    {% endfor %}
)

select * from motivator_value
