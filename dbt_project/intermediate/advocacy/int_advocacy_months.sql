{# Customer × month, due rows: the acts of advocacy in the trailing window. #}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month
    from {{ ref('int_due_spine') }}
    where is_due
),

int_advocacy_acts as (
    select
        customer_id,
        act,
        acted_on
    from {{ ref('int_advocacy_acts') }}
),

segment_thresholds as (
    select window_months
    from {{ ref('segment_thresholds') }}
),

advocacy_months as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        count(*) filter (where int_advocacy_acts.act = 'referral_made')
            as referrals_made,
        count(*) filter (where int_advocacy_acts.act = 'referral_converted')
            as referrals_converted,
        count(*) filter (
            where int_advocacy_acts.act = 'public_positive_mention'
        ) as public_positive_mentions
    from int_due_spine
    cross join segment_thresholds
    inner join int_advocacy_acts
        on
            int_due_spine.customer_id = int_advocacy_acts.customer_id
            and {{ in_trailing_window(
                'int_advocacy_acts.acted_on',
                'int_due_spine.next_month',
                'segment_thresholds.window_months'
            ) }}
    group by int_due_spine.customer_id, int_due_spine.month
)

select * from advocacy_months
