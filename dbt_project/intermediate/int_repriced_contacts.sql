{#
    Contact × the first day with an order in a currency whose rate is another
    than in the build before.
#}
{% set before = none if is_everything_due()
    else previous_table('int_currency_rates') %}
with

int_currency_rates_found as (
    select
        currency,
        valid_from,
        valid_until,
        rate
    from {{ ref('int_currency_rates_found') }}
),

orders as (
    select
        contact_id,
        ordered_on,
        {{ normal_currency('currency') }} as currency
    from {{ raw_table('salesforce_orders') }}
    where not is_deleted and currency is not null
),

rates_before as (
    select *
    from {{ before or 'int_currency_rates_found' }}
),

changed as (
    (
        select * from int_currency_rates_found
        except
        select * from rates_before
    )
    union all
    (
        select * from rates_before
        except
        select * from int_currency_rates_found
    )
),

repriced as (
    select
        contact_id,
        min(ordered_on) as from_date
    from orders
    where currency in (select changed.currency from changed)
    group by contact_id
)

select * from repriced
