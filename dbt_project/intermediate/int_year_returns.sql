{#
    Month × tier before (and all): the same counts over the trailing window, for
    a month alone is too small to read.
#}
with

int_returns as (
    select
        month,
        tier,
        moments,
        returned,
        calm_moments,
        calm_returned
    from {{ ref('int_returns') }}
),

segment_thresholds as (
    select window_months
    from {{ ref('segment_thresholds') }}
),

year_returns as (
    select
        int_returns.month,
        int_returns.tier,
        sum(earlier.moments) as moments,
        sum(earlier.returned) as returned,
        sum(earlier.calm_moments) as calm_moments,
        sum(earlier.calm_returned) as calm_returned
    from int_returns
    cross join segment_thresholds
    inner join int_returns as earlier
        on
            int_returns.tier = earlier.tier
            and int_returns.month >= earlier.month
            and {{ add_months(
                'int_returns.month', '-segment_thresholds.window_months'
            ) }} < earlier.month
    group by int_returns.month, int_returns.tier
)

select * from year_returns
