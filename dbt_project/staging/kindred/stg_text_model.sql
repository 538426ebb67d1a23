{#
    The model whose scores this build uses: one row, null before any text was
    scored. It was settled before dbt began (scored.models says which model is
    in use where dbt is run by hand), so a model that takes over meanwhile
    changes nothing here.
#}
with

builds as (
    select
        build_id,
        text_model_version
    from {{ source('ops', 'builds') }}
),

scoring_models as (
    select
        model_version,
        activated_at
    from {{ source('scored', 'models') }}
    where activated_at is not null
),

newest as (
    select max(build_id) as build_id
    from builds
),

settled as (
    select max(builds.text_model_version) as text_model_version
    from newest
    left join builds
        on builds.build_id = coalesce({{ build_id() }}, newest.build_id)
),

in_use as (
    select model_version
    from scoring_models
    order by activated_at desc
    limit 1
),

text_model as (
    select
        coalesce(settled.text_model_version, in_use.model_version)
            as text_model_version
    from settled
    left join in_use
        on true
)

select * from text_model
