{{ entity('nps_answers') }}
