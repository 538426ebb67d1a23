with

int_returns as (
    select * from {{ ref('int_returns') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

recovery as (
    select
        month,
        is_complete_month,
        tier,
        {{ whole('moments') }} as moments,
        {{ whole('open_moments') }} as open_moments,
        {{ whole('returned') }} as returned,
        {{ share('returned', 'moments') }} as return_share,
        {{ share_low('returned', 'moments') }} as return_share_low,
        {{ share_high('returned', 'moments') }} as return_share_high,
        {{ decimal(
            'case when returned >= segment_thresholds.minimum_group'
            ' then median_days_to_return end', 6, 1
        ) }} as median_days_to_return,
        {{ whole('calm_moments') }} as calm_moments,
        {{ whole('calm_returned') }} as calm_returned,
        {{ share('calm_returned', 'calm_moments') }} as calm_return_share,
        {{ share_low('calm_returned', 'calm_moments') }}
            as calm_return_share_low,
        {{ share_high('calm_returned', 'calm_moments') }}
            as calm_return_share_high,
        {{ decimal(
            share('returned', 'moments') ~ ' - '
            ~ share('calm_returned', 'calm_moments'), 9, 6
        ) }} as return_gap,
        {{ difference_low(
            'returned', 'moments', 'calm_returned', 'calm_moments'
        ) }} as return_gap_low,
        {{ difference_high(
            'returned', 'moments', 'calm_returned', 'calm_moments'
        ) }} as return_gap_high,
        moments < segment_thresholds.minimum_group as is_suppressed,
        least(moments, calm_moments)
        < segment_thresholds.minimum_group as is_gap_suppressed,
        {{ whole('year_moments') }} as moments_12m,
        {{ whole('year_calm_moments') }} as calm_moments_12m,
        {{ share('year_returned', 'year_moments') }} as return_share_12m,
        {{ share_low('year_returned', 'year_moments') }}
            as return_share_12m_low,
        {{ share_high('year_returned', 'year_moments') }}
            as return_share_12m_high,
        {{ share('year_calm_returned', 'year_calm_moments') }}
            as calm_return_share_12m,
        {{ share_low('year_calm_returned', 'year_calm_moments') }}
            as calm_return_share_12m_low,
        {{ share_high('year_calm_returned', 'year_calm_moments') }}
            as calm_return_share_12m_high,
        {{ decimal(
            share('year_returned', 'year_moments') ~ ' - '
            ~ share('year_calm_returned', 'year_calm_moments'), 9, 6
        ) }} as return_gap_12m,
        {{ difference_low(
            'year_returned', 'year_moments',
            'year_calm_returned', 'year_calm_moments'
        ) }} as return_gap_12m_low,
        {{ difference_high(
            'year_returned', 'year_moments',
            'year_calm_returned', 'year_calm_moments'
        ) }} as return_gap_12m_high,
        least(year_moments, year_calm_moments)
        < segment_thresholds.minimum_group as is_gap_12m_suppressed,
        segment_thresholds.method_version
    from int_returns
    cross join segment_thresholds
)

select * from recovery
