{#
    The scores of one model only, the one that this build uses: two models'
    scores are not on one scale. A new one makes every row due (see
    int_stale_months).
#}
-- depends_on: {{ ref('int_consenting_subjects') }}
with

source as (
    select * from {{ source('scored', 'texts') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

renamed as (
    select
        source.text_hash,
        source.model_version as text_model_version,
        {% for score in text_scores() %}
        round(cast(source.{{ score }} as numeric), 6) as {{ score }},
        {% endfor %}
        source.unscored_reason
    from source
    inner join stg_text_model
        on source.model_version = stg_text_model.text_model_version
)

select * from renamed
