with

source as (
    select * from {{ source('raw', 'salesforce_orders') }}
),

renamed as (
    select
        order_id,
        contact_id,
        ordered_on,
        amount,
        {{ normal_currency('currency') }} as currency,
        status,
        channel as order_channel,
        order_type,
        created_at
    from source
    where not is_deleted
)

select * from renamed
