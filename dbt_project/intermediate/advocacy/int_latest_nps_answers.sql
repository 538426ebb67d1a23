{# Customer × month, due rows: the latest answer within the trailing window. #}
with

int_due_spine as (
    select
        customer_id,
        month,
        next_month
    from {{ ref('int_due_spine') }}
    where is_due
),

int_nps_answers as (
    select
        customer_id,
        vendor,
        answer_id,
        recommend,
        answered_at,
        answered_on
    from {{ ref('int_nps_answers') }}
),

segment_thresholds as (
    select
        window_months,
        promoter_from,
        detractor_to
    from {{ ref('segment_thresholds') }}
),

ranked as (
    select
        int_due_spine.customer_id,
        int_due_spine.month,
        int_nps_answers.recommend,
        segment_thresholds.promoter_from,
        segment_thresholds.detractor_to,
        row_number() over (
            partition by int_due_spine.customer_id, int_due_spine.month
            order by
                int_nps_answers.answered_at desc,
                int_nps_answers.answer_id desc,
                int_nps_answers.vendor desc
        ) as recency
    from int_due_spine
    cross join segment_thresholds
    inner join int_nps_answers
        on
            int_due_spine.customer_id = int_nps_answers.customer_id
            and {{ in_trailing_window(
                'int_nps_answers.answered_on',
                'int_due_spine.next_month',
                'segment_thresholds.window_months'
            ) }}
),

latest as (
    select
        customer_id,
        month,
        case
            when recommend >= promoter_from then 'promoter'
            when recommend <= detractor_to then 'detractor'
            else 'passive'
        end as promoter_class
    from ranked
    where recency = 1
)

select * from latest
