{{ entity('survey_items') }}
