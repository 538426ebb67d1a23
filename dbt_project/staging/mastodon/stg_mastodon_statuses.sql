with

source as (
    select * from {{ source('raw', 'mastodon_statuses') }}
),

renamed as (
    select
        status_id,
        account,
        created_at,
        {{ text_hash('content') }} as text_hash,
        hashtags,
        reblogs,
        favourites,
        replies
    from source
    where not is_deleted
)

select * from renamed
