{#
    Initiative × trial × acquisition channel: reached, or to compare with. To
    compare with is none whose customers another initiative begins to reach
    within the months compared, and no unknown one.
#}
with

int_initiative_trials as (
    select
        initiative,
        is_placebo,
        start_month,
        months
    from {{ ref('int_initiative_trials') }}
),

int_initiatives as (
    select
        initiative,
        start_month,
        acquisition_channel
    from {{ ref('int_initiatives') }}
),

int_customers as (
    select distinct acquisition_channel
    from {{ ref('int_customers') }}
    where acquisition_channel is not null
),

busy as (
    select distinct
        int_initiative_trials.initiative,
        int_initiative_trials.is_placebo,
        int_initiatives.acquisition_channel
    from int_initiative_trials
    inner join int_initiatives
        on
            int_initiative_trials.initiative <> int_initiatives.initiative
            and {{ add_months(
                'int_initiative_trials.start_month',
                '-int_initiative_trials.months'
            ) }} <= int_initiatives.start_month
            and {{ add_months(
                'int_initiative_trials.start_month',
                'int_initiative_trials.months'
            ) }} > int_initiatives.start_month
),

channels as (
    select
        int_initiative_trials.initiative,
        int_initiative_trials.is_placebo,
        int_customers.acquisition_channel,
        int_customers.acquisition_channel
        = int_initiatives.acquisition_channel as is_reached
    from int_initiative_trials
    inner join int_initiatives
        on int_initiative_trials.initiative = int_initiatives.initiative
    cross join int_customers
),

channels_to_compare as (
    select channels.*
    from channels
    left join busy
        on
            channels.initiative = busy.initiative
            and channels.is_placebo = busy.is_placebo
            and channels.acquisition_channel = busy.acquisition_channel
    where busy.initiative is null or channels.is_reached
)

select * from channels_to_compare
