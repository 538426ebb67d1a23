{#
    Customer: the whole cost of winning the contacts merged into them, at the
    rates of the day each began; none where one of those costs is not added up.
#}
with

stg_salesforce_contacts as (
    select
        contact_id,
        acquisition_cost,
        currency,
        coalesce(customer_since, {{ business_date('created_at') }}) as won_on
    from {{ ref('stg_salesforce_contacts') }}
    where acquisition_cost is not null
),

int_surviving_contacts as (
    select
        contact_id,
        customer_id
    from {{ ref('int_surviving_contacts') }}
),

int_currency_rates as (
    select * from {{ ref('int_currency_rates') }}
),

costs as (
    select
        int_surviving_contacts.customer_id,
        {{ in_reporting_currency(
            'stg_salesforce_contacts.acquisition_cost',
            'stg_salesforce_contacts.currency',
            'int_currency_rates.rate'
        ) }} as acquisition_cost
    from stg_salesforce_contacts
    inner join int_surviving_contacts
        on
            stg_salesforce_contacts.contact_id
            = int_surviving_contacts.contact_id
    left join int_currency_rates
        on
            stg_salesforce_contacts.currency = int_currency_rates.currency
            and stg_salesforce_contacts.won_on
            >= int_currency_rates.valid_from
            and stg_salesforce_contacts.won_on
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
