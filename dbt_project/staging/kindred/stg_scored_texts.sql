{#
    One model's scores only, the newest one's: two models' valences are not on
    one scale. A new model makes every row due (see int_months_due).
#}
with

source as (
    select * from {{ source('scored', 'texts') }}
),

newest_model as (
    select model_version
    from source
    order by scored_at desc, model_version desc
    limit 1
),

renamed as (
    select
        source.text_hash,
        source.model_version as text_model_version,
        round(cast(source.valence as numeric), 6) as valence
    from source
    inner join newest_model
        on source.model_version = newest_model.model_version
)

select * from renamed
