{# Fails where two touchpoints would both count every conversation. #}
select count(*) as touchpoints
from {{ ref('touchpoints') }}
where is_conversation
having count(*) > 1
