{#
    What a text is scored for: its valence, then emotions, then motivators, as
    scored.texts has them.
#}
{% macro text_scores() %}
    {% do return([
        'valence',
        'joy',
        'trust',
        'gratitude',
        'optimism',
        'surprise',
        'confusion',
        'anxiety',
        'sadness',
        'frustration',
        'anger',
        'neutral',
        'stand_out',
        'confidence_in_future',
        'well_being',
        'freedom',
        'thrill',
        'belonging',
        'protect_environment',
        'be_who_i_want',
        'security',
        'success_in_life',
    ]) %}
{% endmacro %}

{# The eleven emotions among the scores, in their order. #}
{% macro emotions() %}
    {% do return(text_scores()[1:12]) %}
{% endmacro %}

{# An answer of 1-7, put on 0-100. #}
{% macro on_hundred(answer) -%}
    ({{ answer }} - 1) * 100.0 / 6
{%- endmacro %}

{# The call center's score of 0-100, put on 1-5. #}
{% macro on_five(score) -%}
    cast(1 + {{ score }} / 25 as numeric)
{%- endmacro %}

{# Pooled evidence with the seed's prior: `evidence` holds weight and weighted_answer. #}
{% macro blended_score(evidence) -%}
    {{ quotient(
        evidence ~ '.weighted_answer'
        ~ ' + segment_thresholds.prior_weight * segment_thresholds.prior_score',
        evidence ~ '.weight + segment_thresholds.prior_weight'
    ) }}
{%- endmacro %}
