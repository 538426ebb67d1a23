{#
    Month × tier before (and all): moments whose return_days are over, and how
    many of them an order followed within those days; the same counts over the
    trailing year, for a month alone is too small to read.
#}
{% set counts = ['moments', 'returned', 'calm_moments', 'calm_returned'] %}
with

int_moment_outcomes as (
    select
        month,
        is_complete_month,
        tier,
        moment,
        days_to_return,
        is_over,
        has_returned
    from {{ ref('int_moment_outcomes') }}
),

lapse_rules as (
    select annual_months
    from {{ ref('lapse_rules') }}
),

returns as (
    select
        month,
        is_complete_month,
        coalesce(tier, 'all') as tier,
        count(*) filter (where moment = 'negative' and is_over) as moments,
        count(*) filter (where moment = 'negative' and not is_over)
            as open_moments,
        count(*) filter (where moment = 'negative' and is_over and has_returned)
            as returned,
        percentile_cont(0.5) within group (order by days_to_return) filter (
            where moment = 'negative' and is_over and has_returned
        ) as median_days_to_return,
        count(*) filter (where moment = 'calm' and is_over) as calm_moments,
        count(*) filter (where moment = 'calm' and is_over and has_returned)
            as calm_returned
    from int_moment_outcomes
    group by
        grouping sets (
            (month, is_complete_month, tier), (month, is_complete_month)
        )
),

year_returns as (
    select
        returns.month,
        {% for count in counts %}
        sum(earlier.{{ count }}) as year_{{ count }},
        {% endfor %}
        returns.tier
    from returns
    cross join lapse_rules
    inner join returns as earlier
        on
            returns.tier = earlier.tier
            and returns.month >= earlier.month
            and {{ add_months(
                'returns.month', '-lapse_rules.annual_months'
            ) }} < earlier.month
    group by returns.month, returns.tier
),

both_periods as (
    select
        {% for count in counts %}
        year_returns.year_{{ count }},
        {% endfor %}
        returns.*
    from returns
    inner join year_returns
        on
            returns.month = year_returns.month
            and returns.tier = year_returns.tier
)

select * from both_periods
