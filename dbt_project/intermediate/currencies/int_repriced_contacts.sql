{#
    Vendor × contact: the first day with an order in a currency whose rate is another
    than in the build before.
#}
{% set before = none if is_everything_due()
    else previous_table('int_currency_rates') %}
with

int_currency_rates_current as (
    select
        currency,
        valid_from,
        valid_until,
        rate
    from {{ ref('int_currency_rates_current') }}
),

orders as (
    {{ orders_outside_graph() }}
),

rates_before as (
    select *
    from {{ before or 'int_currency_rates_current' }}
),

changed as (
    (
        select * from int_currency_rates_current
        except
        select * from rates_before
    )
    union all
    (
        select * from rates_before
        except
        select * from int_currency_rates_current
    )
),

repriced as (
    select
        vendor,
        contact_id,
        min(ordered_on) as from_date
    from orders
    where currency in (select changed.currency from changed)
    group by vendor, contact_id
)

select * from repriced
