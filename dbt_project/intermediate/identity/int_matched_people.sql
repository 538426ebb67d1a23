{#
    Which people of several CRMs are one: the connected components of what
    matches. The stronger evidence joins first and is not undone by weaker: an
    e-mail address that all have now, one that some had, then telephones. A
    component that would hold two people of one CRM joins nobody, nor does a
    telephone where two of those it joins have e-mail addresses, which differ.
    A component that is not complete after four rounds has more people than
    CRMs, so the rounds bound the work and lose nothing with up to five CRMs.
    The planner cannot tell how many rows a round has and takes it for a few:
    of 100,000 contacts its nested loops would take minutes, hash joins seconds.
#}
{{ config(pre_hook="set local enable_nestloop = off") }}
{% set passes = [
    ('email', 'is_current'), ('email', 'true'),
    ('phone', 'is_current'), ('phone', 'true'),
] %}
with

int_people as (
    select distinct
        person_id,
        vendor,
        bool_or(has_email) over (partition by person_id) as has_email
    from {{ ref('int_people') }}
),

int_matching_addresses as (
    select
        rule,
        address,
        is_current,
        person_id
    from {{ ref('int_matching_addresses') }}
),

people_0 as (
    select
        person_id,
        vendor,
        has_email,
        person_id as group_id,
        cast(null as text) as rule
    from int_people
),

{% for rule, condition in passes %}
spread_{{ loop.index }}_0 as (
    select distinct
        people.group_id,
        int_matching_addresses.address,
        people.group_id as joined_id
    from int_matching_addresses
    inner join people_{{ loop.index0 }} as people
        on int_matching_addresses.person_id = people.person_id
    where
        int_matching_addresses.rule = '{{ rule }}'
        and {{ condition }}
),

{% set pass = loop.index %}
{% for round in range(4) %}
spread_{{ pass }}_{{ round + 1 }} as (
    select
        group_id,
        address,
        min(lowest_id) over (partition by group_id) as joined_id
    from (
        select
            group_id,
            address,
            min(joined_id) over (partition by address) as lowest_id
        from spread_{{ pass }}_{{ round }}
    ) as neighbours
),

{% endfor %}
settled_{{ pass }} as (
    select
        group_id,
        joined_id,
        min(joined_id) over (partition by address)
        = max(joined_id) over (partition by address) as is_complete
    from spread_{{ pass }}_4
),

accepted_{{ pass }} as (
    select settled.joined_id
    from settled_{{ pass }} as settled
    inner join people_{{ loop.index0 }} as people
        on settled.group_id = people.group_id
    group by settled.joined_id
    having
        bool_and(settled.is_complete)
        and count(distinct people.group_id) > 1
        and count(distinct people.person_id) = count(distinct people.vendor)
        {% if rule == 'phone' %}
        and count(distinct people.group_id) filter (where people.has_email) < 2
        {% endif %}
),

joined_{{ pass }} as (
    select distinct
        settled.group_id,
        settled.joined_id,
        '{{ rule }}' as rule
    from settled_{{ pass }} as settled
    inner join accepted_{{ pass }} as accepted
        on settled.joined_id = accepted.joined_id
),

people_{{ pass }} as (
    select
        people.person_id,
        people.vendor,
        people.has_email,
        coalesce(joined.joined_id, people.group_id) as group_id,
        coalesce(people.rule, joined.rule) as rule
    from people_{{ loop.index0 }} as people
    left join joined_{{ pass }} as joined
        on people.group_id = joined.group_id
),

{% endfor %}
matched_people as (
    select
        person_id,
        group_id,
        rule
    from people_{{ passes | length }}
)

select * from matched_people
