"""A night over everything odd at once: what is right is written here by hand."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest

from tests import odd_input
from tests.odd_input import COMPLAINT, MIXED_CASE_ID, PRAISE, contact_id


@pytest.fixture(scope="module", autouse=True)
def night(machine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replay") / "odd"
    odd_input.write_replay(folder)
    done = machine.kindred("run", "--replay", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def customer(contact: str) -> str:
    return "c_" + hashlib.md5(f"salesforce:{contact}".encode()).hexdigest()[:16]  # noqa: S324 -- as the marts name them


def test_each_odd_row_is_quarantined_by_itself_and_the_rest_of_its_load_is_published(machine):
    rows = machine.rows("select load, status, rows_landed, rows_quarantined from ops.loads")
    assert {load: tuple(rest) for load, *rest in rows} == {
        "salesforce_contacts": ("published", 74, 2),  # a first day in 1066, a NUL in a key
        "salesforce_orders": ("published", 306, 2),  # a reduction, an order of 2062
        "salesforce_survey_responses": ("published", 65, 2),  # a stopped clock, off the scale
        "salesforce_touchpoint_ratings": ("published", 0, 0),
        "salesforce_referrals": ("published", 0, 0),
        "genesys_conversations": ("published", 9, 0),
        "genesys_surveys": ("published", 1, 0),
        "genesys_transcripts": ("published", 1, 0),
        "mastodon_statuses": ("published", 3, 0),
    }


def test_reasons_of_quarantined_rows_name_the_field_and_no_value(machine):
    reasons = [reason for (reason,) in machine.rows("select reason from quarantine.rows")]
    fields = ["Customer_Since__c", "Id", "TotalAmount", "EffectiveDate", "Submitted_At__c"]
    for field in [*fields, "Satisfaction__c"]:
        assert any(f"$.{field}" in reason for reason in reasons), (field, reasons)
    assert not [reason for reason in reasons if "1066" in reason or "12.5" in reason]


def test_prospects_and_guests_are_no_customers_and_everybody_else_is_one(machine):
    found = machine.rows("select distinct customer_id from marts.customer_segments", "reader")
    numbers = [*range(1, 61), *odd_input.ADDRESSES, 260, 300, 311, 312]
    assert {name for (name,) in found} == {
        *(customer(contact_id(number)) for number in numbers),
        customer(MIXED_CASE_ID),
    }


def test_revenue_is_added_up_in_one_currency_and_a_guests_order_is_no_customers(machine):
    months = machine.rows(
        "select month::text, sum(orders), sum(revenue) from marts.customer_attrition"
        " group by month order by month",
        "reader",
    )
    assert months == [
        ("2026-09-01", 60, Decimal("2400.00")),
        # 60 x 40, 100 EUR, 25, ten digits, and 60.50 that came as text; 15,000 JPY have no rate
        ("2026-10-01", 65, Decimal("10000002584.50")),
    ]


def test_every_conversation_finds_the_customer_that_it_was_with(machine):
    links = machine.rows(
        "select subject, customer_id from build.int_identity_links"
        " where link in ('conversation', 'account')",
        "transformer",
    )
    owners = {
        "nbsp": 240, "tab": 241, "trunk": 250, "bidi": 252, "merged": 300,
        "called": 20, "callback": 21, "third": 22,
    }  # fmt: skip
    assert dict(links) == {
        **{f"conv-{name}": customer(contact_id(number)) for name, number in owners.items()},
        "kim270@social.example": customer(contact_id(270)),
        "kim271@social.example": customer(contact_id(271)),
    }


def test_only_texts_of_people_who_consent_are_scored(machine):
    scored = machine.rows("select text_hash from scored.texts", "loader")
    said = [
        PRAISE,
        "It broke\ufffd after a day, what a disappointment.",
        COMPLAINT,  # by a caller who consents, though by somebody who was never asked too
        f"<p>{PRAISE} 0</p>",
        f"<p>{PRAISE} 1</p>",
    ]
    hashes = {hashlib.md5(text.encode()).hexdigest() for text in said}  # noqa: S324 -- as scoring names them
    assert {digest for (digest,) in scored} == hashes


def test_answers_of_a_picklist_count_and_an_invitation_without_an_answer_is_none(machine):
    answers = machine.rows(
        "select count(*), count(submitted_at), count(recommend), min(recommend), max(recommend)"
        " from raw.salesforce_survey_responses"
    )
    assert answers == [(65, 64, 64, 9, 9)]
    assert machine.rows("select promoter_score from raw.genesys_surveys") == [(9,)]
    assert machine.rows("select min(reblogs), count(*) from raw.mastodon_statuses") == [(0, 3)]


def test_a_contract_without_an_end_does_not_end(machine):
    ends = machine.rows(
        "select distinct contract_ended_on from marts.customer_attrition"
        f" where customer_id = '{customer(contact_id(312))}'",
        "reader",
    )
    assert ends == [(None,)]


def test_the_status_shows_what_was_quarantined_and_what_is_linked(machine):
    status = machine.kindred("status").stdout
    assert "HELD" not in status
    assert "linked" in status
