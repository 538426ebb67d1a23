-- depends_on: {{ ref('int_customer_months') }}
-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_order_histories') }}
with

source as (
    select * from {{ source('estimated', 'order_expectations') }}
),

renamed as (
    select
        customer_id,
        month,
        probability_active,
        expected_orders,
        expected_order_value,
        expected_value
    from source
)

select * from renamed
