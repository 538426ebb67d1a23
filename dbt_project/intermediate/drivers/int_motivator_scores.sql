{#
    Month × customer × motivator: the mean fulfilment of it, 1-7 put on 0-100,
    that the customer spoke of in the trailing window, as of the last complete
    month and of a year before it.
#}
with

int_driver_months as (
    select month
    from {{ ref('int_driver_months') }}
    where is_latest
),

lapse_rules as (
    select annual_months
    from {{ ref('lapse_rules') }}
),

segment_thresholds as (
    select window_months
    from {{ ref('segment_thresholds') }}
),

int_identity_links as (
    select
        customer_id,
        vendor,
        link,
        subject
    from {{ ref('int_identity_links') }}
),

survey_items as (
    select
        vendor,
        link,
        subject,
        item,
        answer,
        {{ business_date('answered_at') }} as answered_on
    from {{ ref('survey_items') }}
),

motivators as (
    select motivator
    from {{ ref('motivators') }}
),

as_of as (
    select
        month,
        {{ add_months('month', 1) }} as next_month
    from int_driver_months
    union all
    select
        {{ add_months(
            'int_driver_months.month', '-lapse_rules.annual_months'
        ) }} as month,
        {{ add_months(
            'int_driver_months.month', '1 - lapse_rules.annual_months'
        ) }} as next_month
    from int_driver_months
    cross join lapse_rules
),

items as (
    select
        int_identity_links.customer_id,
        motivators.motivator,
        survey_items.answer,
        survey_items.answered_on
    from survey_items
    inner join motivators
        on survey_items.item = motivators.motivator
    inner join int_identity_links
        on {{ same_record('survey_items', 'int_identity_links') }}
),

motivator_scores as (
    select
        as_of.month,
        items.customer_id,
        items.motivator,
        round(avg({{ on_hundred('items.answer') }}), 6) as fulfilment
    from as_of
    cross join segment_thresholds
    inner join items
        on
            {{ in_trailing_window(
                'items.answered_on',
                'as_of.next_month',
                'segment_thresholds.window_months'
            ) }}
    group by as_of.month, items.customer_id, items.motivator
)

select * from motivator_scores
