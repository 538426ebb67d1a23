with

int_tier_counts as (
    select
        month,
        is_complete_month,
        tier,
        customers,
        promoters,
        passives,
        detractors,
        referrers,
        converted_referrers,
        mentioners,
        advocates,
        promoters + passives + detractors as answers
    from {{ ref('int_tier_counts') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

segment_advocacy as (
    select
        month,
        is_complete_month,
        tier,
        {{ whole('customers') }} as customers,
        {{ whole('advocates') }} as advocates,
        {{ share('advocates', 'customers') }} as advocacy_rate,
        {{ share_low('advocates', 'customers') }} as advocacy_rate_low,
        {{ share_high('advocates', 'customers') }} as advocacy_rate_high,
        {{ share('referrers', 'customers') }} as referral_rate,
        {{ share_low('referrers', 'customers') }} as referral_rate_low,
        {{ share_high('referrers', 'customers') }} as referral_rate_high,
        {{ share('converted_referrers', 'customers') }}
            as converted_referral_rate,
        {{ share('mentioners', 'customers') }} as mention_rate,
        {{ whole('answers') }} as nps_answers,
        {{ whole('promoters') }} as promoters,
        {{ whole('passives') }} as passives,
        {{ whole('detractors') }} as detractors,
        {{ decimal(
            quotient('100 * (promoters - detractors)', 'answers'), 7, 2
        ) }} as nps,
        {{ decimal(nps_low(
            'promoters', 'detractors', 'answers',
            'segment_thresholds.confidence_z'
        ), 7, 2) }} as nps_low,
        {{ decimal(nps_high(
            'promoters', 'detractors', 'answers',
            'segment_thresholds.confidence_z'
        ), 7, 2) }} as nps_high,
        customers < segment_thresholds.minimum_group as is_suppressed,
        answers < segment_thresholds.minimum_group as is_nps_suppressed,
        segment_thresholds.method_version
    from int_tier_counts
    cross join segment_thresholds
)

select * from segment_advocacy
