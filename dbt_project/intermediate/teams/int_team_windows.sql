{#
    Team × month: the shifts of the conversations in the trailing window that
    ends with the month. A team is the call center's queue; a conversation
    without one belongs to none. A customer's conversations with a team are
    summed first: they are alike, so customers are what is counted.
#}
with

int_conversation_shifts as (
    select
        customer_id,
        queue_id,
        start_valence,
        end_valence - start_valence as shift,
        {{ business_date('started_at') }} as started_on
    from {{ ref('int_conversation_shifts') }}
    where queue_id is not null
),

int_months as (
    select
        month,
        next_month,
        is_complete_month
    from {{ ref('int_months') }}
),

empathy_rules as (
    select window_months
    from {{ ref('empathy_rules') }}
),

by_customer as (
    select
        int_conversation_shifts.queue_id as team,
        int_months.month,
        int_months.is_complete_month,
        int_conversation_shifts.customer_id,
        count(*) as conversations,
        sum(int_conversation_shifts.start_valence) as start_valence,
        sum(int_conversation_shifts.shift) as shift
    from int_conversation_shifts
    cross join empathy_rules
    inner join int_months
        on
            {{ in_trailing_window(
                'int_conversation_shifts.started_on',
                'int_months.next_month',
                'empathy_rules.window_months'
            ) }}
    group by
        int_conversation_shifts.queue_id,
        int_months.month,
        int_months.is_complete_month,
        int_conversation_shifts.customer_id
),

team_windows as (
    select
        team,
        month,
        is_complete_month,
        count(*) as customers,
        sum(conversations) as conversations,
        round({{ quotient('sum(start_valence)', 'sum(conversations)') }}, 9)
            as start_valence,
        round({{ quotient('sum(shift)', 'sum(conversations)') }}, 9)
            as mean_shift,
        {{ squared_deviations(
            '(' ~ quotient('sum(shift)', 'sum(conversations)') ~ ')',
            'sum(conversations * conversations)',
            'sum(conversations * shift)',
            'sum(shift * shift)'
        ) }} as squared_deviations
    from by_customer
    group by team, month, is_complete_month
)

select * from team_windows
