with

source as (
    select * from {{ source('raw', 'salesforce_contacts') }}
),

renamed as (
    select
        contact_id,
        master_contact_id,
        {{ normal_email('email') }} as email,
        is_email_verified,
        {{ normal_phone('phone') }} as phone,
        {{ normal_handle('mastodon_handle') }} as mastodon_account,
        has_text_consent,
        customer_since,
        contract_ended_on,
        acquisition_channel,
        acquisition_cost,
        is_deleted,
        created_at,
        modified_at
    from source
)

select * from renamed
