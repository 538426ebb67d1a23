{#
    Motivator × tier (and all) × outcome: how far fulfilment and the outcome go
    together among the customers of whom both are known.
#}
with

int_motivator_pairs as (
    select
        motivator,
        tier,
        outcome,
        fulfilment,
        figure
    from {{ ref('int_motivator_pairs') }}
),

correlated as (
    select
        motivator,
        outcome,
        coalesce(tier, 'all') as tier,
        count(*) as customers,
        round(avg(fulfilment), 6) as fulfilment,
        var_samp(fulfilment) as fulfilment_variance,
        {{ correlation('fulfilment', 'figure') }} as correlation
    from int_motivator_pairs
    group by grouping sets (
        (motivator, outcome, tier), (motivator, outcome)
    )
)

select * from correlated
