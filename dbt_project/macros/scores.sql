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
