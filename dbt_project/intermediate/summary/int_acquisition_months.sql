{{ config(materialized='view') }}
{#
    Month: customers won and what they cost, and all customers ever won by its
    end. A customer who was there before the calendar begins counts in its
    first month for the total, and never as won. A customer costs what the
    contacts merged into them cost, at the rates of the day each began; none
    where one of those costs is not added up. An outcome.
#}
with

int_customers as (
    select * from {{ ref('int_customers') }}
),

int_months as (
    select * from {{ ref('int_months') }}
),

contacts as (
    select
        vendor,
        contact_id,
        acquisition_cost,
        currency,
        coalesce(customer_since, {{ business_date('created_at') }}) as won_on
    from {{ ref('contacts') }}
    where acquisition_cost is not null
),

int_identities as (
    select
        vendor,
        contact_id,
        customer_id
    from {{ ref('int_identities') }}
),

int_currency_rates as (
    select * from {{ ref('int_currency_rates') }}
),

costs as (
    select
        int_identities.customer_id,
        {{ in_reporting_currency(
            'contacts.acquisition_cost',
            'contacts.currency',
            'int_currency_rates.rate'
        ) }} as acquisition_cost
    from contacts
    inner join int_identities
        on
            contacts.vendor = int_identities.vendor
            and contacts.contact_id = int_identities.contact_id
    left join int_currency_rates
        on
            contacts.currency = int_currency_rates.currency
            and contacts.won_on >= int_currency_rates.valid_from
            and contacts.won_on < int_currency_rates.valid_until
),

acquisition_costs as (
    select
        customer_id,
        case
            when count(acquisition_cost) = count(*) then sum(acquisition_cost)
        end as acquisition_cost
    from costs
    group by customer_id
),

acquisition_months as (
    select
        int_months.month,
        count(*) as customers_ever,
        count(*) filter (
            where int_customers.customer_since >= int_months.month
        ) as new_customers,
        avg(acquisition_costs.acquisition_cost) filter (
            where int_customers.customer_since >= int_months.month
        ) as acquisition_cost,
        count(*) filter (
            where int_customers.customer_since >= int_months.month
            and acquisition_costs.customer_id is not null
            and acquisition_costs.acquisition_cost is null
        ) as unconverted_costs
    from int_months
    inner join int_customers
        on int_months.next_month > int_customers.customer_since
    left join acquisition_costs
        on int_customers.customer_id = acquisition_costs.customer_id
    group by int_months.month
)

select * from acquisition_months
