"""What Salesforce refuses is said with the names that are ours, and with what to do."""

from typing import Annotated

import pytest

from kindred.api import HttpRequest, HttpResponse
from kindred.errors import SourceError, SourceForbidden
from kindred.landing.contracts import Contract
from kindred.loads import ONLY_WHERE_PRESENT, Load, Row, optional_fields
from kindred.sources import LOADS, client
from kindred.sources.salesforce import Query
from tests.vendor import BASE, Vendor, extracted, query_of, records, reply

CONTACTS, RESPONSES = LOADS["salesforce_contacts"], LOADS["salesforce_survey_responses"]
ECHO = (
    "\nSELECT Id, Email, {} FROM Contact WHERE Name = 'ann@x.test'\n ^\nERROR at Row:1:Column:12\n"
)


def no_such(*fields: str, echo: str = ECHO, entity: str = "Contact") -> HttpResponse:
    """The vendor's answer, which names the first field that it does not have."""
    sentence = (
        f"No such column '{fields[0]}' on entity '{entity}'. If you are attempting to use a"
        " custom field, be sure to append the '__c' after the custom field name."
    )
    return reply(
        [{"errorCode": "INVALID_FIELD", "message": echo.format(fields[0]) + sentence}], 400
    )


def refused(load: Load, response: HttpResponse, options: dict | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        extracted(load, Vendor(lambda _: response, options))
    return caught.value


@pytest.mark.parametrize(
    "load",
    [load for load in LOADS.values() if load.vendor == "salesforce"],
    ids=lambda load: load.name,
)
def test_every_field_of_every_contract_is_named_when_the_organisation_lacks_it(load):
    for field in Query._fields(load.extract):
        error = refused(load, no_such(field, entity=load.extract.sobject))
        assert f"(INVALID_FIELD) about {field}, {load.extract.sobject};" in str(error)
        assert "field-level security" in str(error)
        assert "describe" in str(error)
        assert load.name in str(error)


def test_a_field_is_named_however_the_vendor_spells_it():
    assert "about Email_Verified__c" in str(refused(CONTACTS, no_such("email_verified__C")))


@pytest.mark.parametrize("quoted", ["ann@x.test", "Ann", "Salary__c", "Email; drop"])
def test_nothing_that_is_not_ours_is_repeated(quoted):
    error = refused(CONTACTS, no_such(quoted))
    assert quoted not in str(error)
    assert "Name" not in str(error)


def test_an_object_that_is_not_there_is_named_with_the_option_that_maps_it():
    message = "sObject type 'Feedback__c' is not supported. ann@x.test"
    response = reply([{"errorCode": "INVALID_TYPE", "message": message}], 400)
    options = {"objects": {RESPONSES.name: "Feedback__c"}}
    error = refused(RESPONSES, response, options)
    assert "(INVALID_TYPE) about Feedback__c;" in str(error)
    assert "option `objects`" in str(error)
    assert "ann@x.test" not in str(error)


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        ("MALFORMED_QUERY", 400, "options `version` and `objects`"),
        ("API_DISABLED_FOR_ORG", 403, "administrator to enable the API"),
        ("API_CURRENTLY_DISABLED", 403, "administrator to enable the API"),
        ("UNSUPPORTED_API_VERSION", 400, "options `version` and `objects`"),
        ("INSUFFICIENT_ACCESS", 403, "profile and permission sets"),
        ("FORBIDDEN", 403, "profile and permission sets"),
        ("NOT_FOUND", 404, "options `version` and `objects`"),
        ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", 403, "new password"),
        ("SOMETHING_NEW", 403, "client id, secret and permissions"),
    ],
)
def test_a_refusal_says_its_constant_and_what_to_do(code, status, advice):
    response = reply([{"errorCode": code, "message": "for ann@x.test"}], status)
    error = refused(CONTACTS, response)
    assert isinstance(error, SourceForbidden) == (status == 403)
    assert f"answered {status} ({code})" in str(error)
    assert advice in str(error)
    assert "ann@x.test" not in str(error)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("invalid_client", "connected app"),
        ("invalid_client_id", "connected app"),
        ("invalid_grant", "a user to run as"),
        ("unsupported_grant_type", "client credentials flow"),
        ("inactive_org", "locked"),
        ("INVALID_LOGIN", "client id and secret"),
    ],
)
def test_a_refused_login_says_its_constant_and_what_to_do(code, advice):
    described = {"error": code, "error_description": "no such user ann@x.test"}

    async def transport(_: HttpRequest) -> HttpResponse:
        return reply(described, 400)

    vendor = Vendor(lambda _: reply({}))
    vendor.client = lambda name: client(name, vendor.endpoint, transport)
    with pytest.raises(SourceForbidden, match=code) as caught:
        extracted(CONTACTS, vendor)
    assert advice in str(caught.value)
    assert "ann@x.test" not in str(caught.value)
    assert BASE.removeprefix("https://") in str(caught.value)


class Sale(Row, frozen=True, kw_only=True, rename={"sale_id": "Id", "currency": "CurrencyIsoCode"}):
    sale_id: str
    note: Annotated[str, ONLY_WHERE_PRESENT] | None = None
    currency: Annotated[str | None, ONLY_WHERE_PRESENT] = None


class Org:
    """An organisation that has the object with some fields only."""

    def __init__(self, *fields: str, names_it: bool = True) -> None:
        self.fields, self.names_it = fields, names_it
        self.asked: list[list[str]] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        fields = query_of(request)["q"].removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
        self.asked.append(fields)
        for field in fields:
            if field not in self.fields:
                return no_such(field if self.names_it else "?")
        record = {"attributes": {}, **{field: field.lower() for field in fields}}
        return reply({"records": [record], "done": True, "totalSize": 1})


SALES = Load(
    name="sales",
    vendor="salesforce",
    row=Sale,
    link="contact",
    extract=Query("sales", "Sale", Sale),
    key=("sale_id",),
    modified_at=None,
    subject="sale_id",
    happened_at="sale_id",
)


def test_the_optional_fields_of_a_contract_are_those_that_are_marked():
    assert optional_fields(Sale) == {"note", "CurrencyIsoCode"}
    assert optional_fields(CONTACTS.row) == {"CurrencyIsoCode"}


@pytest.mark.parametrize(
    ("present", "questions", "currency"),
    [
        (("Id", "note", "CurrencyIsoCode"), 1, "currencyisocode"),
        (("Id", "note"), 2, None),
        (("Id",), 3, None),
    ],
)
def test_an_optional_field_that_the_organisation_lacks_is_null(present, questions, currency):
    org = Org(*present)
    (found,) = records(extracted(SALES, Vendor(org)), "sales")
    assert len(org.asked) == questions
    assert org.asked[0] == ["Id", "note", "CurrencyIsoCode"]
    assert found.keys() == {"Id", "note", "CurrencyIsoCode"}, "asked for and not there is null"
    assert found["CurrencyIsoCode"] == currency
    assert Contract(SALES).validate([found]).rows[0][2] == currency


def test_a_refusal_that_names_no_field_is_asked_again_without_the_optional_ones():
    org = Org("Id", names_it=False)
    assert len(records(extracted(SALES, Vendor(org)), "sales")) == 1
    assert len(org.asked) == 2


def test_a_field_that_is_not_optional_is_never_left_out():
    org = Org("note", "CurrencyIsoCode")
    with pytest.raises(SourceError, match="about Id"):
        extracted(SALES, Vendor(org))
    assert len(org.asked) == 1


def test_what_was_left_out_in_one_half_is_left_out_in_the_other():
    org = Org("Id", "note")

    def handler(request: HttpRequest) -> HttpResponse:
        response = org(request)
        is_whole = "2026-11-01T00" in request.url and "2026-11-02T00" in request.url
        is_too_wide = response.status == 200 and is_whole
        return reply([{"errorCode": "QUERY_TIMEOUT"}], 400) if is_too_wide else response

    assert len(records(extracted(SALES, Vendor(handler)), "sales")) == 2
    assert len(org.asked) == 4
