{#
    Holds the line that no outcome enters the connection score: fails with a
    row for every model of outcomes that the tiers are made from.
#}
select met.model
from (
    values ('none')
    {% for node in nodes_above('int_tiers') %}
    , ('{{ node.split('.') | last }}')
    {% endfor %}
) as met (model)
where met.model in ('orders', 'referrals', 'nps_answers')
