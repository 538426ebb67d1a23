{#
    Customer-months whose row in a mart is missing or was overtaken by the
    calendar (the running month, its beginning), the method, the scoring model
    or the customer's consent, found by comparing the marts as they stand with
    what they should be. Nothing to compare with on a full refresh: then every customer is in
    int_changed_customers.
#}
{% set marts = [] if is_everything_due() else customer_month_marts() %}
with

int_spine as (
    select
        customer_id,
        month,
        as_of_date,
        is_complete_month
    from {{ ref('int_spine') }}
),

int_consents as (
    select
        customer_id,
        consent
    from {{ ref('int_consents') }}
),

segment_thresholds as (
    select method_version
    from {{ ref('segment_thresholds') }}
),

first_month as (
    select min(month) as month
    from int_spine
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

stale as (
    select
        customer_id,
        month
    from int_spine
    where false
    {% for mart in marts %}
    union
    select
        int_spine.customer_id,
        int_spine.month
    from int_spine
    cross join segment_thresholds
    cross join stg_text_model
    cross join first_month
    inner join int_consents
        on int_spine.customer_id = int_consents.customer_id
    left join {{ previous_table(mart) }} as built
        on
            int_spine.customer_id = built.customer_id
            and int_spine.month = built.month
    where
        built.is_complete_month is distinct from int_spine.is_complete_month
        or built.method_version <> segment_thresholds.method_version
        or first_month.month <> (
            select min(mart.month) from {{ previous_table(mart) }} as mart
        )
        {% if mart == 'customer_attrition' %}
        or built.status <> {{ customer_status(
            'int_spine.as_of_date', 'int_spine.month') }}
        {% elif mart == 'customer_segments' %}
        or (built.text_model_version, built.consent) is distinct from
        (stg_text_model.text_model_version, int_consents.consent)
        {% else %}
        or built.text_model_version
        is distinct from stg_text_model.text_model_version
        {% endif %}
    {% endfor %}
)

select * from stale
