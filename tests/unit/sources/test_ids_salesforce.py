"""Salesforce's ids: asked for in their order and by name; what is no list of ids is an error."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from kindred.errors import SetupError, SourceForbidden, SourceMalformed
from kindred.loads import IdRange, Listing
from kindred.sources import salesforce, salesforce_ids
from tests.vendor import Vendor, query_of, reply

CRM = salesforce.LOADS
STAMP = "2026-11-01T10:00:00.000+0000"
AT = datetime(2026, 11, 1, 10, tzinfo=UTC)


def record(name, **changes):
    return {"attributes": {"type": "Contact"}, "Id": name, "SystemModstamp": STAMP} | changes


def page(*records, **head):
    return {"totalSize": len(records), "done": True, "records": list(records)} | head


def listed(load, vendor, after="", through=None, ids=()):
    asked = IdRange(after, through, ids)
    return asyncio.run(load.deletions.list_ids(vendor.client(), asked))


def asked(vendor) -> list[tuple[str, str]]:
    """The resource and the query of each request."""
    return [
        (request.url.split("?")[0].rsplit("/", 1)[1], query_of(request)["q"])
        for request in vendor.requests
    ]


@pytest.mark.parametrize("load", CRM, ids=lambda load: load.name)
def test_a_range_is_asked_for_in_the_order_of_ids_and_without_the_recycle_bin(load):
    vendor = Vendor(lambda _: reply(page(record("003B"), record("003C"))))
    assert listed(load, vendor, "003A", "003Z") == Listing({"003B": AT, "003C": AT}, None)
    ((resource, query),) = asked(vendor)
    assert resource == "query"
    extract = load.extract
    assert query == (
        f"SELECT Id, SystemModstamp FROM {extract.sobject} WHERE Id > '003A' AND Id <= '003Z'"
        f"{extract.where} ORDER BY Id LIMIT 2000"
    )


def test_the_first_range_begins_before_all_ids_and_the_last_has_no_end():
    vendor = Vendor(lambda _: reply(page()))
    assert listed(CRM[0], vendor) == Listing({}, None)
    assert "WHERE Id > '000000000000000' ORDER BY" in asked(vendor)[0][1]


def test_a_full_answer_covers_the_range_up_to_its_last_id(monkeypatch):
    monkeypatch.setattr(salesforce_ids, "PAGE_SIZE", 2)
    vendor = Vendor(lambda _: reply(page(record("003B"), record("003C"))))
    assert listed(CRM[0], vendor).through == "003C"


def test_the_pages_of_one_answer_are_followed():
    answers = [
        page(record("003A"), totalSize=2, done=False, nextRecordsUrl="/services/data/query/01g-1"),
        page(record("003B"), totalSize=2),
    ]
    vendor = Vendor(lambda _: reply(answers.pop(0)))
    assert list(listed(CRM[0], vendor).ids) == ["003A", "003B"]


@pytest.mark.parametrize(
    "answer",
    [
        {"done": True},
        {"done": True, "records": None},
        page("003A"),
        page({"SystemModstamp": STAMP}),
        page(record(None)),
        page(record(3)),
        page({"Id": "003A"}),
        page(record("003A", SystemModstamp=None)),
        page(record("003A", SystemModstamp="yesterday")),
        page(record("003A", SystemModstamp="2026-11-01T10:00:00")),
    ],
    ids=str,
)
def test_an_answer_that_is_no_list_of_ids_is_an_error(answer):
    with pytest.raises(SourceMalformed):
        listed(CRM[0], Vendor(lambda _: reply(answer)))


def test_a_refusal_is_no_deletion():
    vendor = Vendor(lambda _: reply([{"errorCode": "INSUFFICIENT_ACCESS"}], 403))
    with pytest.raises(SourceForbidden):
        listed(CRM[0], vendor)


@pytest.mark.parametrize("count", [1, 200, 201, 450])
def test_what_is_missing_is_looked_up_by_id_in_the_recycle_bin_too(count):
    ids = [f"003{number:015d}" for number in range(count)]
    vendor = Vendor(lambda _: reply(page(record(ids[0]))))
    found = asyncio.run(CRM[0].deletions.look_up(vendor.client(), ids))
    assert found == {ids[0]: AT}
    assert {resource for resource, _ in asked(vendor)} == {"queryAll"}
    named = [name for _, query in asked(vendor) for name in ids if f"'{name}'" in query]
    assert sorted(named) == ids
    assert max(len(request.url) for request in vendor.requests) < 16_384


def test_an_id_is_quoted_as_soql_has_it():
    vendor = Vendor(lambda _: reply(page()))
    asyncio.run(CRM[0].deletions.look_up(vendor.client(), ["o'\\x"]))
    assert "Id IN ('o\\'\\\\x')" in asked(vendor)[0][1]


def test_an_orgs_own_object_is_asked_for_and_a_name_that_is_none_is_refused():
    vendor = Vendor(lambda _: reply(page()), {"objects": {"salesforce_contacts": "Person__c"}})
    listed(CRM[0], vendor)
    assert " FROM Person__c " in asked(vendor)[0][1]
    vendor = Vendor(lambda _: reply(page()), {"objects": {"salesforce_contacts": "a b"}})
    with pytest.raises(SetupError, match=r"option objects\.salesforce_contacts"):
        listed(CRM[0], vendor)
