with

source as (
    select * from {{ source('raw', 'salesforce_contacts') }}
),

renamed as (
    select
        'salesforce' as vendor,
        contact_id,
        nullif(master_contact_id, contact_id) as master_contact_id,
        email,
        is_email_verified,
        phone,
        mastodon_handle as social_handle,
        has_text_consent,
        customer_since,
        contract_ended_on,
        acquisition_channel,
        acquisition_cost,
        {{ normal_currency('currency') }} as currency,
        is_deleted,
        created_at,
        modified_at
    from source
)

select * from renamed
