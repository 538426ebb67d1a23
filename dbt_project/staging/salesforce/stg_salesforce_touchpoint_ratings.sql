with

source as (
    select * from {{ source('raw', 'salesforce_touchpoint_ratings') }}
),

renamed as (
    select
        rating_id,
        response_id,
        contact_id,
        touchpoint,
        rated_at,
        rating,
        importance
    from source
    where
        not is_deleted
        and touchpoint is not null
        and rated_at is not null
        and rating is not null
)

select * from renamed
