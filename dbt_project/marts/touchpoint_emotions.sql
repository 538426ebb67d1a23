{% set emotions = emotions() %}
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

measured as (
    select
        *,
        {{ variance_of_mean(
            squared_deviations('valence', 'sum_nn', 'sum_nt', 'sum_tt'),
            'texts', 'customers'
        ) }} as variance
    from int_touchpoint_months
),

{# Neutral is no feeling; of equals the first of the list. #}
touchpoint_emotions as (
    select
        measured.touchpoint,
        measured.month,
        measured.is_complete_month,
        touchpoints.label,
        touchpoints.journey_stage,
        touchpoints.channel,
        touchpoints.touchpoint is not null as is_listed,
        cast(measured.texts as integer) as texts,
        cast(measured.customers as integer) as customers,
        cast(measured.valence as numeric(9, 6)) as valence,
        {{ normal_low('measured.valence', 'measured.variance', 1) }}
            as valence_low,
        {{ normal_high('measured.valence', 'measured.variance', 1) }}
            as valence_high,
        {% for emotion in emotions %}
        cast(measured.{{ emotion }} as numeric(9, 6)) as {{ emotion }},
        {% endfor %}
        case greatest({{ emotions | reject('eq', 'neutral') | join(', ') }})
            {% for emotion in emotions if emotion != 'neutral' %}
            when measured.{{ emotion }} then '{{ emotion }}'
            {% endfor %}
        end as dominant_emotion,
        measured.texts < segment_thresholds.minimum_group as is_suppressed,
        segment_thresholds.method_version,
        stg_text_model.text_model_version
    from measured
    cross join segment_thresholds
    cross join stg_text_model
    left join touchpoints
        on measured.touchpoint = touchpoints.touchpoint
)

select * from touchpoint_emotions
