{{ entity('survey_responses') }}
