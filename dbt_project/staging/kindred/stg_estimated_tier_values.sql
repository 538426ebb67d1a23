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
