{#
    A claimed change belongs to the build that runs now, or to one before it
    whose marts never reached the readers. An id is its vendor's own: the load
    says which vendor's.
#}
with

source as (
    select * from {{ source('ops', 'changes') }}
),

source_loads as (
    select * from {{ source('ops', 'source_loads') }}
),

renamed as (
    select
        source_loads.vendor,
        source_loads.link,
        source.subject,
        case when source_loads.is_dated then source.from_date end as from_date
    from source
    inner join source_loads
        on source.load = source_loads.load
    where source.build_id is not null
)

select * from renamed
