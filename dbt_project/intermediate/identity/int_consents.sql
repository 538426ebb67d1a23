{#
    Whether the words of a customer may be read. A refusal on any record of the
    customer holds until a yes that was certainly said later: on a record made
    after the refusing one was last changed. A record that was changed to yes
    refuses no more. One that says nothing neither refuses nor consents; where
    all say nothing, consent_rules says what that means.
#}
with

int_identities as (
    select
        vendor,
        contact_id,
        customer_id
    from {{ ref('int_identities') }}
),

contacts as (
    select
        vendor,
        contact_id,
        has_text_consent,
        created_at,
        modified_at
    from {{ ref('contacts') }}
),

consent_rules as (
    select is_unknown_permitted
    from {{ ref('consent_rules') }}
),

answers as (
    select
        int_identities.customer_id,
        max(contacts.created_at) filter (
            where contacts.has_text_consent
        ) as last_given_at,
        max(contacts.modified_at) filter (
            where not contacts.has_text_consent
        ) as last_refused_at
    from int_identities
    inner join contacts
        on
            int_identities.vendor = contacts.vendor
            and int_identities.contact_id = contacts.contact_id
    group by int_identities.customer_id
),

judged as (
    select
        answers.customer_id,
        case
            when answers.last_given_at > answers.last_refused_at then 'given'
            when answers.last_refused_at is not null then 'refused'
            when answers.last_given_at is not null then 'given'
            when consent_rules.is_unknown_permitted then 'assumed'
            else 'unknown'
        end as consent
    from answers
    left join consent_rules
        on true
),

consents as (
    select
        customer_id,
        consent,
        consent in ('given', 'assumed') as has_text_consent
    from judged
)

select * from consents
