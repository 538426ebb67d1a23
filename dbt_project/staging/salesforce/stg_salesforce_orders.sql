with

source as (
    select * from {{ source('raw', 'salesforce_orders') }}
),

renamed as (
    select
        'salesforce' as vendor,
        order_id,
        contact_id,
        amount,
        {{ normal_currency('currency') }} as currency,
        status,
        channel as order_channel,
        order_type,
        ordered_on
    from source
    where not is_deleted
)

select * from renamed
