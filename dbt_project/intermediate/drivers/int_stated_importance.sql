{#
    Month × touchpoint: how much customers say it matters to them, 1-7, the mean
    over customers, and how many said so.
#}
with

int_rated_touchpoints as (
    select
        month,
        is_latest,
        touchpoint,
        importance
    from {{ ref('int_rated_touchpoints') }}
),

stated_importance as (
    select
        month,
        is_latest,
        touchpoint,
        count(importance) as customers_stated,
        avg(importance) as importance,
        var_samp(importance) as importance_variance
    from int_rated_touchpoints
    group by month, is_latest, touchpoint
)

select * from stated_importance
