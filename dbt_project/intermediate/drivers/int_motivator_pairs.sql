{#
    A customer's fulfilment of a motivator beside what it may go with: the value
    of the same twelve months, whether they promote the brand, and, of those
    asked a year before who had not left, whether they left within the year.
#}
with

int_motivator_scores as (
    select
        month,
        customer_id,
        motivator,
        fulfilment
    from {{ ref('int_motivator_scores') }}
),

int_driver_months as (
    select month
    from {{ ref('int_driver_months') }}
    where is_latest
),

int_customer_months as (
    select
        customer_id,
        month,
        tier,
        revenue_12m,
        promoter_class,
        has_left,
        is_customer_of_month
    from {{ ref('int_customer_months') }}
),

present as (
    select
        int_motivator_scores.motivator,
        int_motivator_scores.fulfilment,
        int_customer_months.tier,
        int_customer_months.revenue_12m,
        int_customer_months.promoter_class
    from int_motivator_scores
    inner join int_driver_months
        on int_motivator_scores.month = int_driver_months.month
    inner join int_customer_months
        on
            int_motivator_scores.customer_id = int_customer_months.customer_id
            and int_motivator_scores.month = int_customer_months.month
    where int_customer_months.is_customer_of_month
),

year_before as (
    select
        int_motivator_scores.motivator,
        int_motivator_scores.fulfilment,
        beginnings.tier,
        endings.has_left
    from int_motivator_scores
    cross join int_driver_months
    inner join int_customer_months as beginnings
        on
            int_motivator_scores.customer_id = beginnings.customer_id
            and int_motivator_scores.month = beginnings.month
    inner join int_customer_months as endings
        on
            int_motivator_scores.customer_id = endings.customer_id
            and int_driver_months.month = endings.month
    where
        int_motivator_scores.month < int_driver_months.month
        and not beginnings.has_left
),

pairs as (
    select
        motivator,
        tier,
        'value' as outcome,
        fulfilment,
        revenue_12m as figure
    from present
    union all
    select
        motivator,
        tier,
        'advocacy' as outcome,
        fulfilment,
        {{ indicator("promoter_class = 'promoter'") }} as figure
    from present
    where promoter_class is not null
    union all
    select
        motivator,
        tier,
        'attrition' as outcome,
        fulfilment,
        {{ indicator('has_left') }} as figure
    from year_before
)

select * from pairs
