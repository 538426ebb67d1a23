{# A cursor is the end of a half-open window: its last day lies before it. #}
with

source as (
    select * from {{ source('ops', 'cursors') }}
),

renamed as (
    select
        load,
        through as data_through,
        {{ business_date("(through - interval '1 microsecond')") }}
            as through_date
    from source
)

select * from renamed
