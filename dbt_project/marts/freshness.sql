with

stg_ops_source_loads as (
    select
        source,
        load
    from {{ ref('stg_ops_source_loads') }}
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

int_linked_rows as (
    select
        load,
        recent_rows,
        linked_rows
    from {{ ref('int_linked_rows') }}
),

segment_thresholds as (
    select confidence_z
    from {{ ref('segment_thresholds') }}
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
        stg_ops_source_loads.source,
        stg_ops_source_loads.load,
        stg_ops_cursors.data_through,
        batches.last_published_at,
        {{ whole('coalesce(batches.rows_published, 0)', 'bigint') }}
            as rows_published,
        {{ whole('coalesce(batches.held_batches, 0)') }} as held_batches,
        {{ whole('coalesce(batches.quarantined_rows, 0)', 'bigint') }}
            as quarantined_rows,
        {{ whole('coalesce(int_linked_rows.recent_rows, 0)', 'bigint') }}
            as recent_rows,
        {{ whole('coalesce(int_linked_rows.linked_rows, 0)', 'bigint') }}
            as linked_rows,
        {{ share(
            'int_linked_rows.linked_rows', 'int_linked_rows.recent_rows'
        ) }} as linked_share,
        {{ share_low(
            'int_linked_rows.linked_rows', 'int_linked_rows.recent_rows'
        ) }} as linked_share_low,
        {{ share_high(
            'int_linked_rows.linked_rows', 'int_linked_rows.recent_rows'
        ) }} as linked_share_high
    from stg_ops_source_loads
    cross join segment_thresholds
    left join stg_ops_cursors
        on stg_ops_source_loads.load = stg_ops_cursors.load
    left join batches
        on stg_ops_source_loads.load = batches.load
    left join int_linked_rows
        on stg_ops_source_loads.load = int_linked_rows.load
)

select * from freshness
