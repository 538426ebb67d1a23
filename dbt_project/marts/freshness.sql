with

source_loads as (
    select
        source,
        load
    from {{ ref('source_loads') }}
),

stg_ops_cursors as (
    select
        load,
        data_through
    from {{ ref('stg_ops_cursors') }}
),

stg_ops_loads as (
    select
        load,
        status,
        rows_published,
        rows_quarantined,
        ended_at
    from {{ ref('stg_ops_loads') }}
),

batches as (
    select
        load,
        max(ended_at) filter (where status = 'published')
            as last_published_at,
        sum(rows_published) filter (where status = 'published')
            as rows_published,
        count(*) filter (where status = 'held') as held_batches,
        sum(rows_quarantined) as quarantined_rows
    from stg_ops_loads
    group by load
),

freshness as (
    select
        source_loads.source,
        source_loads.load,
        stg_ops_cursors.data_through,
        batches.last_published_at,
        {{ whole('coalesce(batches.rows_published, 0)', 'bigint') }}
            as rows_published,
        {{ whole('coalesce(batches.held_batches, 0)') }} as held_batches,
        {{ whole('coalesce(batches.quarantined_rows, 0)', 'bigint') }}
            as quarantined_rows
    from source_loads
    left join stg_ops_cursors
        on source_loads.load = stg_ops_cursors.load
    left join batches
        on source_loads.load = batches.load
)

select * from freshness
