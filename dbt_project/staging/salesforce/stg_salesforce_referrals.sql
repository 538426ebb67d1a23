with

source as (
    select * from {{ source('raw', 'salesforce_referrals') }}
),

renamed as (
    select
        'salesforce' as vendor,
        referral_id,
        referrer_contact_id as contact_id,
        {{ business_date('created_at') }} as referred_on,
        converted_on
    from source
    where not is_deleted
)

select * from renamed
