{#
    Initiative × trial × customer with an act of advocacy: whether there was
    one in the months before the start, and in as many months after it.
    Advocacy is what the board's rate counts: a referral made, or a public post
    of clearly positive words.
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

int_advocacy_acts as (
    select
        customer_id,
        acted_on
    from {{ ref('int_advocacy_acts') }}
    where act in ('referral_made', 'public_positive_mention')
),

acts as (
    select
        trials.initiative,
        trials.is_placebo,
        int_advocacy_acts.customer_id,
        bool_or(int_advocacy_acts.acted_on < trials.start_month)
            as is_advocate_before,
        bool_or(int_advocacy_acts.acted_on >= trials.start_month)
            as is_advocate_after
    from int_initiative_trials as trials
    inner join int_advocacy_acts
        on
            {{ add_months('trials.start_month', '-trials.months') }}
            <= int_advocacy_acts.acted_on
            and {{ add_months('trials.start_month', 'trials.months') }}
            > int_advocacy_acts.acted_on
    group by
        trials.initiative, trials.is_placebo, int_advocacy_acts.customer_id
)

select * from acts
