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
