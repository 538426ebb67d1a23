{#
    Team × month with what all teams of the month say: how far conversations
    differ within teams, how far the teams differ, and the mean that a team is
    drawn toward, in which each weighs by what is known of it.
#}
with

int_team_windows as (
    select
        team,
        month,
        conversations,
        customers,
        mean_shift,
        squared_deviations
    from {{ ref('int_team_windows') }}
),

{# One spread within for all teams: deviations by customers less teams. #}
gathered as (
    select
        *,
        count(*) over teams_of_month as teams,
        sum(conversations) over teams_of_month as sum_n,
        sum(conversations * conversations) over teams_of_month as sum_nn,
        {{ quotient(
            'sum(conversations * mean_shift) over teams_of_month',
            'sum(conversations) over teams_of_month'
        ) }} as grand_mean,
        {{ quotient(
            quotient(
                'sum(squared_deviations) over teams_of_month',
                'sum(conversations) over teams_of_month'
            ) ~ ' * sum(customers) over teams_of_month',
            'sum(customers) over teams_of_month - count(*) over teams_of_month'
        ) }} as within_variance
    from int_team_windows
    window teams_of_month as (partition by month)
),

spread as (
    select
        team,
        month,
        teams,
        mean_shift,
        round({{ quotient('within_variance', 'conversations') }}, 12)
            as variance,
        round({{ between_variance(
            'sum(conversations * ' ~ squared('mean_shift - grand_mean')
            ~ ') over (partition by month)',
            'teams', 'within_variance', 'sum_n', 'sum_nn'
        ) }}, 12) as between_variance
    from gathered
),

weighed as (
    select
        *,
        {{ quotient('1', 'variance + between_variance') }} as weight
    from spread
),

team_spread as (
    select
        *,
        sum(weight) over teams_of_month as all_weight,
        round({{ quotient(
            'sum(weight * mean_shift) over teams_of_month',
            'sum(weight) over teams_of_month'
        ) }}, 9) as overall_shift,
        round({{ quotient(
            'sum(weight * variance) over teams_of_month',
            'sum(weight) over teams_of_month'
        ) }}, 12) as typical_variance
    from weighed
    window teams_of_month as (partition by month)
)

select * from team_spread
