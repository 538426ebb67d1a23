{#
    Customer who was ever measured: tier at entry, and whole months from then
    until they left or were last seen. They enter in the first complete month
    that ends with a measured tier and the customer still there; earlier they
    count nowhere, so waiting to be heard is never taken for loyalty. Who is
    never measured never enters: to leave early is one way never to be heard,
    so that group's survival would be an artefact.
#}
with

int_customer_months as (
    select
        customer_id,
        month,
        tier,
        is_measured,
        has_left
    from {{ ref('int_customer_months') }}
    where is_complete_month
),

entries as (
    select
        customer_id,
        min(month) as entry_month
    from int_customer_months
    where is_measured and not has_left
    group by customer_id
),

lives as (
    select
        entries.customer_id,
        entries.entry_month,
        max(int_customer_months.tier) filter (
            where int_customer_months.month = entries.entry_month
        ) as entry_tier,
        min(int_customer_months.month) filter (
            where int_customer_months.has_left
        ) as left_month,
        max(int_customer_months.month) as last_month
    from entries
    inner join int_customer_months
        on
            entries.customer_id = int_customer_months.customer_id
            and entries.entry_month <= int_customer_months.month
    group by entries.customer_id, entries.entry_month
),

customer_lives as (
    select
        customer_id,
        entry_tier,
        left_month is not null as has_left,
        {{ months_between(
            'entry_month', 'coalesce(left_month, last_month)'
        ) }} as months_since
    from lives
)

select * from customer_lives
