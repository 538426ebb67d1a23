with

source as (
    select * from {{ source('estimated', 'risk_checks') }}
),

renamed as (
    select
        month,
        band,
        customers,
        predicted,
        left_customers
    from source
)

select * from renamed
