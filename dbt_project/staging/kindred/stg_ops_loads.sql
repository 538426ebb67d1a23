with

source as (
    select * from {{ source('ops', 'loads') }}
),

renamed as (
    select
        batch_id,
        load,
        status,
        rows_published,
        rows_quarantined,
        ended_at
    from source
)

select * from renamed
