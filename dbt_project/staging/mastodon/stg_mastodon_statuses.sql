with

source as (
    select * from {{ source('raw', 'mastodon_statuses') }}
),

renamed as (
    select
        'mastodon' as vendor,
        status_id as post_id,
        account as social_handle,
        {{ text_hash('content') }} as text_hash,
        created_at as posted_at
    from source
    where not is_deleted
)

select * from renamed
