with

int_returns as (
    select
        month,
        is_complete_month,
        tier,
        moments,
        open_moments,
        returned,
        median_days_to_return,
        calm_moments,
        calm_returned
    from {{ ref('int_returns') }}
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
        cast(moments as integer) as moments,
        cast(open_moments as integer) as open_moments,
        cast(returned as integer) as returned,
        {{ share('returned', 'moments') }} as return_share,
        {{ share_low('returned', 'moments') }} as return_share_low,
        {{ share_high('returned', 'moments') }} as return_share_high,
        cast(median_days_to_return as numeric(6, 1)) as median_days_to_return,
        cast(calm_moments as integer) as calm_moments,
        cast(calm_returned as integer) as calm_returned,
        {{ share('calm_returned', 'calm_moments') }} as calm_return_share,
        {{ share_low('calm_returned', 'calm_moments') }}
            as calm_return_share_low,
        {{ share_high('calm_returned', 'calm_moments') }}
            as calm_return_share_high,
        cast(
            {{ share('returned', 'moments') }}
            - {{ share('calm_returned', 'calm_moments') }} as numeric(9, 6)
        ) as return_gap,
        {{ difference_low(
            'returned', 'moments', 'calm_returned', 'calm_moments'
        ) }} as return_gap_low,
        {{ difference_high(
            'returned', 'moments', 'calm_returned', 'calm_moments'
        ) }} as return_gap_high,
        moments < segment_thresholds.minimum_group as is_suppressed,
        least(moments, calm_moments)
        < segment_thresholds.minimum_group as is_gap_suppressed,
        segment_thresholds.method_version
    from int_returns
    cross join segment_thresholds
)

select * from recovery
