with

source as (
    select * from {{ source('raw', 'salesforce_touchpoint_ratings') }}
),

renamed as (
    select
        'salesforce' as vendor,
        rating_id,
        contact_id,
        touchpoint,
        rating,
        importance,
        rated_at
    from source
    where
        not is_deleted
        and touchpoint is not null
        and rated_at is not null
        and rating is not null
)

select * from renamed
