with

int_team_windows as (
    select * from {{ ref('int_team_windows') }}
),

int_team_spread as (
    select * from {{ ref('int_team_spread') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

factors as (
    select
        *,
        {{ shrinkage_factor() }} as shrinkage
    from int_team_spread
),

shrunk as (
    select
        team,
        month,
        overall_shift,
        1 - shrinkage as own_weight,
        mean_shift + shrinkage * (overall_shift - mean_shift) as shrunk_shift,
        {{ shrunk_variance() }} as shrunk_variance
    from factors
),

measured as (
    select
        int_team_windows.*,
        {{ variance_of_mean(
            'squared_deviations', 'conversations', 'customers'
        ) }} as variance
    from int_team_windows
),

team_empathy as (
    select
        measured.team,
        measured.month,
        measured.is_complete_month,
        {{ whole('measured.conversations') }} as conversations,
        {{ whole('measured.customers') }} as customers,
        {{ decimal('measured.start_valence', 9, 6) }} as start_valence,
        {{ decimal('measured.mean_shift', 9, 6) }} as mean_shift,
        {{ normal_low('measured.mean_shift', 'measured.variance', 2) }}
            as mean_shift_low,
        {{ normal_high('measured.mean_shift', 'measured.variance', 2) }}
            as mean_shift_high,
        {{ decimal('shrunk.own_weight', 9, 6) }} as own_weight,
        {{ decimal('shrunk.overall_shift', 9, 6) }} as all_teams_shift,
        {{ decimal('shrunk.shrunk_shift', 9, 6) }} as shrunk_shift,
        {{ normal_low(
            'shrunk.shrunk_shift', 'shrunk.shrunk_variance', 2
        ) }} as shrunk_shift_low,
        {{ normal_high(
            'shrunk.shrunk_shift', 'shrunk.shrunk_variance', 2
        ) }} as shrunk_shift_high,
        measured.customers < segment_thresholds.minimum_group
            as is_suppressed,
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from measured
    cross join segment_thresholds
    cross join stg_text_model
    inner join shrunk
        on
            measured.team = shrunk.team
            and measured.month = shrunk.month
)

select * from team_empathy
