{#
    Motivator × tier (and all) × outcome: how far fulfilment and the outcome go
    together among the customers of whom both are known. The outcomes are the
    value of the same twelve months, whether the customer promotes the brand, and,
    of those asked a year before who had not left, whether they left within the
    year.
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

fulfilled as (
    select
        int_motivator_scores.motivator,
        int_motivator_scores.fulfilment,
        int_customer_months.tier,
        int_customer_months.revenue_12m,
        int_customer_months.promoter_class,
        int_motivator_scores.month = int_driver_months.month
        and int_customer_months.is_customer_of_month as is_present,
        case
            when
                int_motivator_scores.month < int_driver_months.month
                and not int_customer_months.has_left
                then endings.has_left
        end as has_left_since
    from int_motivator_scores
    cross join int_driver_months
    inner join int_customer_months
        on
            int_motivator_scores.customer_id = int_customer_months.customer_id
            and int_motivator_scores.month = int_customer_months.month
    left join int_customer_months as endings
        on
            int_motivator_scores.customer_id = endings.customer_id
            and int_driver_months.month = endings.month
),

pairs as (
    {% for outcome, figure, condition in [
        ('value', 'revenue_12m', 'is_present'),
        ('advocacy', indicator("promoter_class = 'promoter'"),
            'is_present and promoter_class is not null'),
        ('attrition', indicator('has_left_since'),
            'has_left_since is not null'),
    ] %}
    select
        motivator,
        tier,
        '{{ outcome }}' as outcome,
        fulfilment,
        {{ figure }} as figure
    from fulfilled
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

correlated as (
    select
        motivator,
        outcome,
        coalesce(tier, 'all') as tier,
        count(*) as customers,
        round(avg(fulfilment), 6) as fulfilment,
        var_samp(fulfilment) as fulfilment_variance,
        {{ correlation('fulfilment', 'figure') }} as correlation
    from pairs
    group by grouping sets (
        (motivator, outcome, tier), (motivator, outcome)
    )
)

select * from correlated
