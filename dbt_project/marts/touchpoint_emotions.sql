{% set emotions = emotions() %}
{% set feelings = emotions | reject('eq', 'neutral') | list %}
with

int_touchpoint_months as (
    select * from {{ ref('int_touchpoint_months') }}
),

touchpoints as (
    select
        touchpoint,
        label,
        journey_stage,
        channel
    from {{ ref('touchpoints') }}
),

segment_thresholds as (
    select
        method_version,
        minimum_group,
        confidence_z
    from {{ ref('segment_thresholds') }}
),

stg_text_model as (
    select text_model_version
    from {{ ref('stg_text_model') }}
),

{# How many times as likely as in all texts of the month. #}
compared as (
    select
        {% for feeling in feelings %}
        {{ quotient(
            feeling ~ ' * sum(texts) over texts_of_month',
            'sum(texts * ' ~ feeling ~ ') over texts_of_month'
        ) }} as times_{{ feeling }},
        {% endfor %}
        *
    from int_touchpoint_months
    window texts_of_month as (partition by month)
),

{# Neutral is no feeling; of equals the first of the list. #}
touchpoint_emotions as (
    select
        compared.touchpoint,
        compared.month,
        compared.is_complete_month,
        touchpoints.label,
        touchpoints.journey_stage,
        touchpoints.channel,
        touchpoints.touchpoint is not null as is_listed,
        {{ whole('compared.texts') }} as texts,
        {{ whole('compared.customers') }} as customers,
        {{ decimal('compared.valence', 9, 6) }} as valence,
        {{ normal_low('compared.valence', 'compared.variance', 1) }}
            as valence_low,
        {{ normal_high('compared.valence', 'compared.variance', 1) }}
            as valence_high,
        {% for emotion in emotions %}
        {{ decimal('compared.' ~ emotion, 9, 6) }} as {{ emotion }},
        {% endfor %}
        case greatest({{ feelings | join(', ') }})
            {% for feeling in feelings %}
            when compared.{{ feeling }} then '{{ feeling }}'
            {% endfor %}
        end as dominant_emotion,
        case greatest(times_{{ feelings | join(', times_') }})
            {% for feeling in feelings %}
            when compared.times_{{ feeling }} then '{{ feeling }}'
            {% endfor %}
        end as distinctive_emotion,
        compared.customers < segment_thresholds.minimum_group
            as is_suppressed,
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from compared
    cross join segment_thresholds
    cross join stg_text_model
    left join touchpoints
        on compared.touchpoint = touchpoints.touchpoint
)

select * from touchpoint_emotions
