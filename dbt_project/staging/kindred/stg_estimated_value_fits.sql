-- depends_on: {{ ref('int_customer_months') }}
-- depends_on: {{ ref('int_driver_months') }}
-- depends_on: {{ ref('int_order_histories') }}
with

source as (
    select * from {{ source('estimated', 'value_fits') }}
),

renamed as (
    select
        month,
        reason,
        customers,
        likeness
    from source
)

select * from renamed
