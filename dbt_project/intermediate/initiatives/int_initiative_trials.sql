{#
    Initiative × trial: its own start, and a pretended one before it (the
    placebo) whose months after end where the initiative begins. Both compare
    as many months after as before. A month before the first is needed too, in
    which customers are found comparable. With fewer months than the seed
    wants there is no trial.
#}
with

int_initiatives as (
    select
        initiative,
        start_month,
        months_before,
        months_after
    from {{ ref('int_initiatives') }}
),

impact_rules as (
    select
        window_months,
        placebo_months,
        minimum_months
    from {{ ref('impact_rules') }}
),

trials as (
    select
        int_initiatives.initiative,
        int_initiatives.start_month,
        false as is_placebo,
        least(
            impact_rules.window_months,
            int_initiatives.months_after,
            int_initiatives.months_before - 1
        ) as months
    from int_initiatives
    cross join impact_rules
    union all
    select
        int_initiatives.initiative,
        int_initiatives.start_month,
        true as is_placebo,
        least(
            impact_rules.placebo_months,
            {{ whole('floor((int_initiatives.months_before - 1) * 0.5)') }}
        ) as months
    from int_initiatives
    inner join impact_rules
        on int_initiatives.months_after >= impact_rules.minimum_months
),

dated as (
    select
        trials.initiative,
        trials.is_placebo,
        trials.months,
        case
            when trials.is_placebo
                then {{ add_months('trials.start_month', '-trials.months') }}
            else trials.start_month
        end as start_month
    from trials
    inner join impact_rules
        on trials.months >= impact_rules.minimum_months
)

select * from dated
