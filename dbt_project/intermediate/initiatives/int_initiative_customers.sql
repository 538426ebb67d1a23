{#
    Initiative × trial × cohort × customer: who was a customer when the period
    began, reached or to compare with, whether they had left by its end, and
    what was known of them before it began: tier, and orders and tenure in
    bands. Customers who are alike in all three are compared.
#}
with

int_initiative_cohorts as (
    select * from {{ ref('int_initiative_cohorts') }}
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
    select
        characteristic,
        at_least
    from {{ ref('comparison_bands') }}
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
    from int_initiative_cohorts as cohorts
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
            and cohorts.entry_month = entries.month
            and not entries.has_left
    inner join int_customer_months as exits
        on
            int_customers.customer_id = exits.customer_id
            and cohorts.exit_month = exits.month
)

select * from customers
