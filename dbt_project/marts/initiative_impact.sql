with

int_initiatives as (
    select * from {{ ref('int_initiatives') }}
),

int_initiative_trials as (
    select
        initiative,
        is_placebo,
        months
    from {{ ref('int_initiative_trials') }}
),

int_initiative_effects as (
    select * from {{ ref('int_initiative_effects') }}
),

impact_rules as (
    select
        window_months,
        minimum_months
    from {{ ref('impact_rules') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

outcomes as (
    {% for outcome in initiative_outcomes() %}
    select
        '{{ outcome.name }}' as outcome,
        '{{ outcome.unit }}' as unit
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

initiative_impact as (
    select
        int_initiatives.initiative,
        outcomes.outcome,
        int_initiatives.label,
        outcomes.unit,
        int_initiatives.started_on,
        {{ whole(
            'least(int_initiatives.months_after, impact_rules.window_months)'
        ) }} as months_after,
        {{ whole('trials.months') }} as months_compared,
        coalesce(effects.customers_reached, 0) as customers_reached,
        coalesce(effects.customers_compared, 0) as customers_compared,
        effects.share_matched,
        effects.reached_before,
        effects.reached_after,
        effects.compared_before,
        effects.compared_after,
        effects.effect,
        effects.effect_low,
        effects.effect_high,
        {{ whole('placebo_trials.months') }} as placebo_months,
        placebos.effect as placebo_effect,
        placebos.effect_low as placebo_low,
        placebos.effect_high as placebo_high,
        case
            when not placebos.is_suppressed
                then placebos.effect_low <= 0 and placebos.effect_high >= 0
        end as is_placebo_clean,
        int_initiatives.months_after < impact_rules.minimum_months
            as is_too_early,
        coalesce(effects.is_suppressed, true) as is_suppressed,
        segment_thresholds.method_version
    from int_initiatives
    cross join outcomes
    cross join impact_rules
    cross join segment_thresholds
    left join int_initiative_trials as trials
        on
            int_initiatives.initiative = trials.initiative
            and not trials.is_placebo
    left join int_initiative_trials as placebo_trials
        on
            int_initiatives.initiative = placebo_trials.initiative
            and placebo_trials.is_placebo
    left join int_initiative_effects as effects
        on
            trials.initiative = effects.initiative
            and outcomes.outcome = effects.outcome
            and not effects.is_placebo
    left join int_initiative_effects as placebos
        on
            placebo_trials.initiative = placebos.initiative
            and outcomes.outcome = placebos.outcome
            and placebos.is_placebo
)

select * from initiative_impact
