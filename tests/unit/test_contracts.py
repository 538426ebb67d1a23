"""Contracts: good rows, refused records and unexpected fields, with nothing lost on the way."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kindred.landing.contracts import Contract
from kindred.sources import LOADS
from tests.records import whole

ORDERS = Contract(LOADS["salesforce_orders"])
SURVEYS = Contract(LOADS["genesys_surveys"])
GOOD = whole(
    LOADS["salesforce_orders"],
    Id="80101",
    BillToContactId="00301",
    EffectiveDate="2026-11-01",
    TotalAmount=12.3,
)
SURVEY = whole(LOADS["genesys_surveys"])


def test_a_good_record_becomes_a_typed_row_in_the_contracts_order():
    (row,) = ORDERS.validate([GOOD]).rows
    assert row[:4] == ("80101", "00301", datetime(2026, 11, 1, tzinfo=UTC).date(), Decimal("12.3"))
    assert row[-1] is None


RESPONSE = whole(LOADS["salesforce_survey_responses"])
RESPONSES = Contract(LOADS["salesforce_survey_responses"])
CALLS = Contract(LOADS["genesys_conversations"])
CALL = whole(LOADS["genesys_conversations"])
STATUSES = Contract(LOADS["mastodon_statuses"])
STATUS = whole(LOADS["mastodon_statuses"])
EXAMPLES = {ORDERS: GOOD, SURVEYS: SURVEY, RESPONSES: RESPONSE, CALLS: CALL, STATUSES: STATUS}


@pytest.mark.parametrize(
    ("contract", "record", "reason"),
    [
        (RESPONSES, RESPONSE | {"Satisfaction__c": 6}, "$.Satisfaction__c"),
        (RESPONSES, RESPONSE | {"Recommend__c": -1}, "$.Recommend__c"),
        (RESPONSES, RESPONSE | {"Helps_Thrill__c": 0}, "$.Helps_Thrill__c"),
        (SURVEYS, SURVEY | {"promoter_score": 11}, "$.promoter_score"),
        (ORDERS, GOOD | {"TotalAmount": "much"}, "$.TotalAmount"),
        (
            ORDERS,
            GOOD | {"EffectiveDate": "1 November"},
            "Expected a date that exists, as 2026-11-01 - at `$.E",
        ),
        (ORDERS, GOOD | {"Status": None}, "Expected `str`, got `null`"),
        (ORDERS, {k: v for k, v in GOOD.items() if k != "Id"}, "missing required field `Id`"),
        (ORDERS, GOOD | {"Id": ""}, "Expected a key that is not empty - at `$.Id`"),
        (ORDERS, GOOD | {"Id": "8" * 513}, "Expected a key of length <= 512 - at `$.Id`"),
        (ORDERS, GOOD | {"CreatedDate": "2026-11-01T10:00:00"}, "with a time zone"),
        (ORDERS, GOOD | {"TotalAmount": "Infinity"}, "Expected a finite `decimal`"),
        (ORDERS, GOOD | {"TotalAmount": "1e99999"}, "Expected a finite `decimal`"),
        (ORDERS, "not a record", "Expected `object`, got `str`"),
        (ORDERS, None, "Expected `object`, got `null`"),
        (STATUSES, STATUS | {"reblogs": 2**63}, "64 bits - at `$.reblogs`"),
        (CALLS, CALL | {"wait_seconds": float("inf")}, "Expected a finite `float`"),
    ],
)
def test_a_record_that_breaks_its_contract_is_refused_whole_beside_good_ones(
    contract, record, reason
):
    good = EXAMPLES[contract]
    found = contract.validate([good, record, good])
    assert len(found.rows) == 2
    ((why, text),) = found.refused
    assert reason in why
    assert json.loads(text) == record


@pytest.mark.parametrize("field", ["TotalAmount", "EffectiveDate", "CreatedDate", "IsDeleted"])
def test_a_reason_never_quotes_the_value(field):
    ((why, _),) = ORDERS.validate([GOOD | {field: "ann@x.test"}]).refused
    assert field in why
    assert "ann" not in why


def test_a_field_that_the_contract_lacks_is_kept_and_named():
    found = ORDERS.validate([GOOD | {"Coupon__c": "SPRING", "Account": {"Id": "1"}}, GOOD])
    assert found.extra_fields == {"Coupon__c", "Account"}
    assert [row[-1] for row in found.rows] == [
        {"Account": {"Id": "1"}, "Coupon__c": "SPRING"},
        None,
    ]


def test_a_record_that_comes_twice_stays_twice():
    assert len(ORDERS.validate([GOOD, GOOD]).rows) == 2


def test_half_a_surrogate_pair_survives_in_quarantine():
    ((_, text),) = ORDERS.validate([GOOD | {"Id": None, "Status": "a\ud83d\0"}]).refused
    assert json.loads(text)["Status"] == "a\ud83d\0"
    assert text.isascii()


def test_no_records_are_no_rows():
    assert ORDERS.validate([]).rows == []
