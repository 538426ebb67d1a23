with

source as (
    select * from {{ source('ops', 'loads') }}
),

renamed as (
    select
        batch_id,
        load,
        status,
        window_start,
        rows_published,
        rows_quarantined,
        ended_at
    from source
)

select * from renamed
