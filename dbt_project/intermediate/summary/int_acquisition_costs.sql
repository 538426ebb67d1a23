{#
    Customer: the whole cost of winning the contacts merged into them, at the
    rates of the day each began; none where one of those costs is not added up.
#}
with

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
            and contacts.won_on
            >= int_currency_rates.valid_from
            and contacts.won_on
            < int_currency_rates.valid_until
),

acquisition_costs as (
    select
        customer_id,
        case
            when count(acquisition_cost) = count(*) then sum(acquisition_cost)
        end as acquisition_cost
    from costs
    group by customer_id
)

select * from acquisition_costs
