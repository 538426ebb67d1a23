"""Salesforce: what is asked for, and what becomes of the answer."""

import msgspec
import pytest

from kindred.api import Endpoint, HttpRequest
from kindred.errors import SetupError, SourceForbidden
from kindred.landing.contracts import Contract
from kindred.sources import LOADS, client
from tests.records import whole as whole_record
from tests.vendor import Vendor, extracted, query_of, records, reply

RESPONSES = LOADS["salesforce_survey_responses"]
REFERRALS = LOADS["salesforce_referrals"]
RECORD = {
    "attributes": {"type": "Survey_Response__c", "url": "/services/data/..."},
    "Id": "a0B01",
    "Contact__c": "00301",
    "Survey__c": "relationship",
    "Submitted_At__c": "2026-11-01T10:00:00.000+0000",
    "Satisfaction__c": 4.0,
    "Effort__c": 2.5,
    "CreatedDate": "2026-11-01T10:00:00.000+0000",
    "SystemModstamp": "2026-11-01T10:00:00.000+0000",
}


def asked(load, options=None) -> str:
    vendor = Vendor(lambda _: reply({"records": [], "done": True}), options)
    extracted(load, vendor)
    return query_of(vendor.requests[0])["q"]


def test_the_window_is_asked_for_by_modification_stamp_in_a_fixed_order():
    assert asked(RESPONSES).endswith(
        " FROM Survey_Response__c WHERE SystemModstamp >= 2026-11-01T00:00:00.000Z"
        " AND SystemModstamp < 2026-11-02T00:00:00.000Z ORDER BY SystemModstamp, Id"
    )


def test_every_field_of_the_contract_is_asked_for():
    fields = asked(RESPONSES).removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
    assert fields == [field.encode_name for field in msgspec.structs.fields(RESPONSES.row)]


def test_deleted_records_are_asked_for_too():
    vendor = Vendor(lambda _: reply({"records": [], "done": True}))
    extracted(RESPONSES, vendor)
    assert vendor.requests[0].url.startswith(
        "https://api.vendor.test/services/data/v62.0/queryAll?"
    )


def test_only_leads_that_somebody_referred_are_asked_for():
    assert " AND Referred_By__c != null ORDER BY" in asked(REFERRALS)


def test_an_org_can_call_its_object_something_else():
    options = {"objects": {"salesforce_survey_responses": "Feedback__c"}}
    assert " FROM Feedback__c WHERE " in asked(RESPONSES, options)


def test_a_name_that_is_no_name_is_refused():
    options = {"objects": {"salesforce_survey_responses": "Contact WHERE Id = '1'"}}
    with pytest.raises(SetupError, match="not the name of an object"):
        asked(RESPONSES, options)


def test_records_come_without_envelope_and_whole_numbers_count_as_such():
    vendor = Vendor(lambda _: reply({"records": [RECORD], "done": True}))
    found = records(extracted(RESPONSES, vendor), RESPONSES.name)[0]
    assert "attributes" not in found
    assert found["Effort__c"] == 2.5, "half a point is for the contract to refuse"
    whole = whole_record(RESPONSES) | found | {"Effort__c": None}
    (row,) = Contract(RESPONSES).validate([whole]).rows
    satisfaction = row[RESPONSES.row.__struct_fields__.index("satisfaction")]
    assert (satisfaction, type(satisfaction)) == (4, int)


def test_both_pages_are_yielded():
    def handler(request: HttpRequest):
        if "query/01g" in request.url:
            return reply({"records": [{"Id": "2"}], "done": True})
        return reply({"records": [{"Id": "1"}], "done": False, "nextRecordsUrl": "/query/01g-1"})

    found = records(extracted(RESPONSES, Vendor(handler)), RESPONSES.name)
    assert [record["Id"] for record in found] == ["1", "2"]


def test_a_missing_permission_names_the_load_and_stops():
    vendor = Vendor(lambda _: reply([{"errorCode": "INSUFFICIENT_ACCESS"}], 403))
    with pytest.raises(SourceForbidden, match="queryAll of salesforce_survey_responses"):
        extracted(RESPONSES, vendor)


def test_every_load_has_its_own_extraction_so_one_refusal_stops_one_load():
    loads = [load for load in LOADS.values() if load.vendor == "salesforce"]
    assert len({id(load.extract) for load in loads}) == len(loads)


def test_a_client_is_made_without_asking_anything():
    made = client("salesforce", Endpoint("https://org.my.salesforce.test"))
    assert made.endpoint.host == "org.my.salesforce.test"


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("0013000001Tf8Xe", "0013000001Tf8XeAAJ"),
        ("003000000000240", "003000000000240AAA"),
        ("003000000000240AAA", "003000000000240AAA"),
        ("ext-7", "ext-7"),
    ],
)
def test_fifteen_and_eighteen_characters_are_one_id_as_key_and_as_reference(short, whole):
    contract = Contract(LOADS["salesforce_orders"])
    given = whole_record(LOADS["salesforce_orders"], Id=short, BillToContactId=short)
    (row,) = contract.validate([given]).rows
    assert row[:2] == (whole, whole)
