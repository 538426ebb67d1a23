"""Every field of every load against what vendors send instead of it: one row is one row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec
import pytest

from kindred.fields import annotated, no_placeholder
from kindred.landing.contracts import Contract, coercion
from kindred.sources import LOADS
from tests.records import LIMITS, types_of, whole

# What a vendor may leave out, and why: everything else was asked for, or is always sent.
MAY_BE_MISSING = {
    "salesforce_contacts": {"CurrencyIsoCode"},  # where an organisation has several currencies
    "salesforce_orders": {"CurrencyIsoCode"},
    "genesys_conversations": {"ended_at"},  # while it goes on
    "genesys_surveys": {"form_name", "completed_at", "total_score", "promoter_score"},  # unanswered
    "genesys_transcripts": {"language"},
    "mastodon_statuses": {"edited_at", "language", "is_deleted"},  # old servers; ours
}
FIELDS = [(load, name) for load in LOADS for name in types_of(LOADS[load])]
DAYS = [
    (load, name) for load, name in FIELDS if date in coercion.kinds(types_of(LOADS[load])[name])
]
INSTANTS = [
    (load, name) for load, name in FIELDS if datetime in coercion.kinds(types_of(LOADS[load])[name])
]
NUMBERS = [
    (load, name)
    for load, name in FIELDS
    if {int, float, Decimal} & {*coercion.kinds(types_of(LOADS[load])[name])}
]
FLAGS = [
    (load, name) for load, name in FIELDS if bool in coercion.kinds(types_of(LOADS[load])[name])
]


def sort(load, *records):
    return Contract(LOADS[load], LIMITS).validate(records)


@pytest.mark.parametrize("load", LOADS)
def test_a_whole_record_is_a_row(load):
    found = sort(load, whole(LOADS[load]))
    assert found.refused == []
    assert len(found.rows) == 1


@pytest.mark.parametrize(("load", "name"), FIELDS)
def test_a_record_without_a_field_that_was_asked_for_is_refused_and_the_field_named(load, name):
    good = whole(LOADS[load])
    without = {field: value for field, value in good.items() if field != name}
    found = sort(load, good, without)
    if name in MAY_BE_MISSING.get(load, ()):
        assert len(found.rows) == 2
    else:
        assert len(found.rows) == 1
        assert [reason for reason, _ in found.refused] == [
            f"Object missing required field `{name}`"
        ]


NEVER = ["0001-01-01", "1899-12-30", "1970-01-01", "2027-10-31", "2062-11-01", "9998-12-31"]


@pytest.mark.parametrize("day", [*NEVER, "2026-02-30", "31.10.2026", "20261031", ""])
@pytest.mark.parametrize(("load", "name"), DAYS)
def test_a_day_that_cannot_be_is_one_row_in_quarantine(load, name, day):
    good = whole(LOADS[load])
    found = sort(load, good, good | {name: day})
    is_end = annotated(types_of(LOADS[load])[name], "read") is no_placeholder
    is_end = is_end and day in NEVER and day > "2026"
    is_nullable = type(None) in coercion.kinds(types_of(LOADS[load])[name])
    if is_end or (is_nullable and not day):
        assert len(found.rows) == 2  # a contract can end in a year; a blank is no answer
    else:
        assert len(found.rows) == 1
        ((reason, _),) = found.refused
        assert reason.endswith(f"- at `$.{name}`")
        assert not day or day not in reason


@pytest.mark.parametrize(
    "instant",
    [
        *("1970-01-01T00:00:05Z", "1980-01-06T00:00:00Z", "2027-10-31T10:00:00Z"),
        *("2026-02-30T10:00:00Z", "2026-10-31T10:00:00", "yesterday"),
    ],
)
@pytest.mark.parametrize(("load", "name"), INSTANTS)
def test_an_instant_that_cannot_be_is_one_row_in_quarantine(load, name, instant):
    good = whole(LOADS[load])
    found = sort(load, good, good | {name: instant})
    assert len(found.rows) == 1
    ((reason, _),) = found.refused
    assert reason.endswith(f"- at `$.{name}`")
    assert instant not in reason


@pytest.mark.parametrize("value", [-12.5, -1, "-1", "many", "1,234", "NaN", "9.5.1"])
@pytest.mark.parametrize(("load", "name"), NUMBERS)
def test_a_number_with_a_wrong_sign_or_none_at_all_is_one_row_in_quarantine(load, name, value):
    good = whole(LOADS[load])
    found = sort(load, good, good | {name: value})
    assert len(found.rows) == 1
    ((reason, _),) = found.refused
    assert reason.endswith(f"- at `$.{name}`")


@pytest.mark.parametrize("value", [4.0, "4", " 4 ", "4.0"])
@pytest.mark.parametrize(("load", "name"), NUMBERS)
def test_a_number_from_a_picklist_counts(load, name, value):
    good = whole(LOADS[load])
    found = sort(load, good | {name: 4}, good | {name: value})
    assert found.refused == []
    first, second = found.rows
    assert first == second


@pytest.mark.parametrize("value", ["true", "TRUE", 1])
@pytest.mark.parametrize(("load", "name"), FLAGS)
def test_a_flag_written_as_text_counts(load, name, value):
    good = whole(LOADS[load])
    first, second = sort(load, good | {name: True}, good | {name: value}).rows
    assert first == second


@pytest.mark.parametrize(("load", "name"), FLAGS)
def test_a_flag_that_is_neither_is_refused_and_what_nobody_said_is_unknown(load, name):
    good = whole(LOADS[load])
    assert len(sort(load, good | {name: "perhaps"}).refused) == 1
    unknown = sort(load, good | {name: None})
    is_nullable = type(None) in coercion.kinds(types_of(LOADS[load])[name])
    assert len(unknown.rows) == is_nullable


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("end", ["\0", "\ud800"])
def test_a_key_that_cannot_be_stored_is_refused_and_a_text_is_counted(load, end):
    given = LOADS[load]
    wire = {field.name: field.encode_name for field in msgspec.structs.fields(given.row)}
    (key, *_) = given.key
    found = sort(load, whole(given), whole(given, **{wire[key]: f"one{end}"}))
    assert len(found.rows) == 1
    assert [reason for reason, _ in found.refused] == [
        f"Expected an id without NUL or half a surrogate pair - at `$.{wire[key]}`"
    ]
    if given.text:
        said = sort(load, whole(given), whole(given, **{wire[given.text.column]: f"fine{end}"}))
        assert len(said.rows) == 2
        assert said.texts_replaced == 1


def test_a_contract_that_never_ends_has_no_end_and_keeps_what_was_sent():
    found = sort(
        "salesforce_contacts",
        whole(LOADS["salesforce_contacts"], Contract_Ended_On__c="9999-12-31"),
    )
    (row,) = found.rows
    place = LOADS["salesforce_contacts"].row.__struct_fields__.index("contract_ended_on")
    assert row[place] is None
    assert row[-1] == {"Contract_Ended_On__c": "9999-12-31"}
    assert found.unread == {"Contract_Ended_On__c": 1}
    assert found.extra_fields == set()
