{#
    A pre-hook of int_identity_links: write down which customers' contacts belong
    to another customer than in the build before. A contact that is new or gone
    changes nobody.
#}
{% macro record_identity_changes() %}
    {% set links = ref('int_identity_links_current') %}
    {% if previous_table('int_identity_links') is not none %}
        insert into {{ source('ops', 'identity_changes') }} (
            build_id, customer_id, became, is_gone, vendor, contacts, rule
        )
        select
            {{ build_id() }},
            old.customer_id,
            new.customer_id,
            not exists (
                select from {{ links }} as kept
                where kept.customer_id = old.customer_id and kept.link = 'contact'
            ),
            new.vendor,
            count(*),
            new.rule
        from {{ previous_table('int_identity_links') }} as old
        inner join {{ links }} as new using (vendor, link, subject)
        where link = 'contact' and old.customer_id <> new.customer_id
        group by old.customer_id, new.customer_id, new.vendor, new.rule
    {% endif %}
{% endmacro %}

{#
    Whether a record is the one that a link speaks of. Vendor and kind of link
    are one comparison: with three, Postgres takes them to be independent,
    expects one row, and reads all texts once for each link.
#}
{% macro same_record(record, link) -%}
    {{ record }}.subject = {{ link }}.subject
    and {{ record }}.vendor || ' ' || {{ record }}.link
    = {{ link }}.vendor || ' ' || {{ link }}.link
{%- endmacro %}

{#
    The CTEs of a pass of int_identities, from people_<pass - 1> to
    people_<pass>. An address by this rule joins the groups that have it, and those
    that they share another one with: each round hands the lowest name on, from
    group to address to group. A component that is not complete after four rounds
    has more people than CRMs, so the rounds bound the work and lose nothing with
    up to five CRMs. A component that would hold two people of one CRM joins
    nobody, nor does a telephone where two of those it joins have e-mail addresses,
    which differ.
#}
{% macro matching_pass(pass, rule, condition) %}
spread_{{ pass }}_0 as (
    select distinct
        people.group_id,
        int_matching_addresses.address,
        people.group_id as joined_id
    from int_matching_addresses
    inner join people_{{ pass - 1 }} as people
        on int_matching_addresses.person_id = people.person_id
    where
        int_matching_addresses.rule = '{{ rule }}'
        and {{ condition }}
),

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
    inner join people_{{ pass - 1 }} as people
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
    from people_{{ pass - 1 }} as people
    left join joined_{{ pass }} as joined
        on people.group_id = joined.group_id
),
{% endmacro %}
