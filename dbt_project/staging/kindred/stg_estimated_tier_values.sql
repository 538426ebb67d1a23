-- depends_on: {{ ref('int_customer_months') }}
-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_order_histories') }}
with

source as (
    select * from {{ source('estimated', 'tier_values') }}
),

renamed as (
    select
        month,
        tier,
        customers,
        mean,
        low,
        high
    from source
)

select * from renamed
