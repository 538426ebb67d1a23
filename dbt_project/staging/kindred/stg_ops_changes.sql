{#
    A claimed change belongs to the build that runs now, or to one before it
    whose marts never reached the readers.
#}
with

source as (
    select * from {{ source('ops', 'changes') }}
),

renamed as (
    select
        load,
        subject,
        from_date
    from source
    where build_id is not null
)

select * from renamed
