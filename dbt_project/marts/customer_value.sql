with

int_order_histories as (
    select * from {{ ref('int_order_histories') }}
),

stg_estimated_order_expectations as (
    select * from {{ ref('stg_estimated_order_expectations') }}
),

stg_estimated_value_fits as (
    select
        month,
        reason
    from {{ ref('stg_estimated_value_fits') }}
),

customer_attrition as (
    select
        customer_id,
        month,
        status
    from {{ ref('customer_attrition') }}
    where status <> 'contract_ended'
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

customer_value as (
    select
        int_order_histories.customer_id,
        int_order_histories.month,
        int_order_histories.first_order_on,
        int_order_histories.last_order_on,
        {{ whole('int_order_histories.orders') }} as orders,
        {{ money('int_order_histories.revenue') }}
            as historical_value,
        {{ whole('int_order_histories.unconverted_orders') }}
            as unconverted_orders,
        {{ decimal('expectations.probability_active', 9, 6) }}
            as probability_active,
        {{ decimal('expectations.expected_orders', 12, 4) }}
            as expected_orders_12m,
        {{ money('expectations.expected_order_value') }}
            as expected_order_value,
        {{ money('expectations.expected_value') }}
            as expected_value_12m,
        case
            when expectations.customer_id is not null then null
            when customer_attrition.customer_id is null
                then 'the contract has ended'
            else value_fits.reason
        end as expected_value_reason,
        segment_thresholds.method_version
    from int_order_histories
    cross join segment_thresholds
    left join stg_estimated_value_fits as value_fits
        on int_order_histories.month = value_fits.month
    left join customer_attrition
        on
            int_order_histories.customer_id = customer_attrition.customer_id
            and int_order_histories.month = customer_attrition.month
    left join stg_estimated_order_expectations as expectations
        on
            customer_attrition.customer_id = expectations.customer_id
            and customer_attrition.month = expectations.month
)

select * from customer_value
