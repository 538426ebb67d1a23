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
        subject
    from {{ ref('int_identity_links') }}
    where channel = 'contact'
),

int_motivator_items as (
    select
        contact_id,
        submitted_at,
        motivator,
        fulfilment
    from {{ ref('int_motivator_items') }}
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
        int_motivator_items.motivator,
        int_motivator_items.fulfilment,
        {{ business_date('int_motivator_items.submitted_at') }} as submitted_on
    from int_motivator_items
    inner join int_identity_links
        on int_motivator_items.contact_id = int_identity_links.subject
),

motivator_scores as (
    select
        as_of.month,
        items.customer_id,
        items.motivator,
        round(avg({{ on_hundred('items.fulfilment') }}), 6) as fulfilment
    from as_of
    cross join segment_thresholds
    inner join items
        on
            as_of.next_month > items.submitted_on
            and {{ add_months(
                'as_of.next_month', '-segment_thresholds.window_months'
            ) }} <= items.submitted_on
    group by as_of.month, items.customer_id, items.motivator
)

select * from motivator_scores
