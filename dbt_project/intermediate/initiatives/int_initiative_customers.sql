{#
    Initiative × trial × cohort × customer: who was a customer when the period
    began, reached or to compare with, whether they had left by its end, and
    what was known of them before it began: tier, and orders and tenure in
    bands. Customers who are alike in all three are compared.
#}
with

int_initiative_trials as (
    select * from {{ ref('int_initiative_trials') }}
),

int_initiative_channels as (
    select * from {{ ref('int_initiative_channels') }}
),

int_customers as (
    select
        customer_id,
        customer_since,
        acquisition_channel
    from {{ ref('int_customers') }}
),

int_customer_months as (
    select
        customer_id,
        month,
        tier,
        orders_12m,
        has_left
    from {{ ref('int_customer_months') }}
),

comparison_bands as (
    select * from {{ ref('comparison_bands') }}
),

{# The customers of the start, and those of as many months before it. #}
cohorts as (
    {% for cohort, starts_on in [
        ('after', 'start_month'),
        ('before', add_months('start_month', '-months')),
    ] %}
    select
        initiative,
        is_placebo,
        '{{ cohort }}' as cohort,
        months,
        {{ starts_on }} as starts_on
    from int_initiative_trials
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

customers as (
    select
        cohorts.initiative,
        cohorts.is_placebo,
        cohorts.cohort,
        int_customers.customer_id,
        int_initiative_channels.is_reached,
        entries.tier,
        exits.has_left,
        (
            select max(comparison_bands.at_least) from comparison_bands
            where
                comparison_bands.characteristic = 'orders_12m'
                and comparison_bands.at_least <= entries.orders_12m
        ) as orders_band,
        (
            select max(comparison_bands.at_least) from comparison_bands
            where
                comparison_bands.characteristic = 'tenure_months'
                and {{ add_months(
                    'int_customers.customer_since', 'comparison_bands.at_least'
                ) }} <= cohorts.starts_on
        ) as tenure_band
    from cohorts
    inner join int_initiative_channels
        on
            cohorts.initiative = int_initiative_channels.initiative
            and cohorts.is_placebo = int_initiative_channels.is_placebo
    inner join int_customers
        on
            int_initiative_channels.acquisition_channel
            = int_customers.acquisition_channel
    inner join int_customer_months as entries
        on
            int_customers.customer_id = entries.customer_id
            and {{ add_months('cohorts.starts_on', -1) }} = entries.month
            and not entries.has_left
    inner join int_customer_months as exits
        on
            int_customers.customer_id = exits.customer_id
            and {{ add_months('cohorts.starts_on', 'cohorts.months - 1') }}
            = exits.month
)

select * from customers
