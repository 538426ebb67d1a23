"""Salesforce: contacts, orders, survey responses, ratings and referrals by SOQL over `queryAll`.

`queryAll` includes deleted records (`IsDeleted`), so a deletion arrives as a tombstone.
Names of objects are an org's own: the connection's option `objects` maps a load to one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, get_type_hints

import msgspec

from kindred.api import Call, Client, ClientCredentials, Endpoint, NextUrl, records_of, walk
from kindred.loads import Ask, Deletions, Load, Page, Row, Text
from kindred.sources.salesforce_ids import PAGE_SIZE, Ids, sobject_of

# SystemModstamp is set when a transaction starts and seen when it ends: a record can appear
# behind the night's edge. An hour is far beyond the platform's longest transaction.
LOOKBACK = timedelta(hours=1)
# How long the recycle bin keeps a deleted record, and with it `queryAll`.
RECYCLE_BIN = timedelta(days=15)

# What a backfill can and cannot bring, shown before one starts.
BACKFILLS = (
    "A record is found by the day of its last change: one that changed since comes with that later"
    " day. A deleted record is there while the recycle bin keeps it, 15 days."
)
# What comparing ids can and cannot find, shown with what was found.
RECONCILES = (
    "A record that neither the object nor its recycle bin has is gone. One that the integration"
    " user may no longer see looks the same: more than a few at once are held."
)

# An answer off its scale is refused by itself; the gate looks at how many were.
OneToFive = Annotated[int, msgspec.Meta(ge=1, le=5)]
OneToSeven = Annotated[int, msgspec.Meta(ge=1, le=7)]
ZeroToTen = Annotated[int, msgspec.Meta(ge=0, le=10)]


class Contact(
    Row,
    frozen=True,
    kw_only=True,
    rename={
        "contact_id": "Id",
        "master_contact_id": "MasterRecordId",
        "email": "Email",
        "is_email_verified": "Email_Verified__c",
        "phone": "Phone",
        "mastodon_handle": "Mastodon_Handle__c",
        "has_text_consent": "Text_Consent__c",
        "customer_since": "Customer_Since__c",
        "contract_ended_on": "Contract_Ended_On__c",
        "acquisition_channel": "LeadSource",
        "acquisition_cost": "Acquisition_Cost__c",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    contact_id: str
    master_contact_id: str | None = None
    email: str | None = None
    is_email_verified: bool = False
    phone: str | None = None
    mastodon_handle: str | None = None
    has_text_consent: bool = True
    customer_since: date
    contract_ended_on: date | None = None
    acquisition_channel: str | None = None
    acquisition_cost: Decimal | None = None
    is_deleted: bool = False
    created_at: datetime
    modified_at: datetime


class Order(
    Row,
    frozen=True,
    kw_only=True,
    rename={
        "order_id": "Id",
        "contact_id": "BillToContactId",
        "ordered_on": "EffectiveDate",
        "amount": "TotalAmount",
        "status": "Status",
        "channel": "Channel__c",
        "order_type": "Type",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    order_id: str
    contact_id: str
    ordered_on: date
    amount: Decimal
    status: str
    channel: str | None = None
    order_type: str | None = None
    is_deleted: bool = False
    created_at: datetime
    modified_at: datetime


class SurveyResponse(
    Row,
    frozen=True,
    kw_only=True,
    rename={
        "response_id": "Id",
        "contact_id": "Contact__c",
        "survey_name": "Survey__c",
        "touchpoint": "Touchpoint__c",
        "submitted_at": "Submitted_At__c",
        "satisfaction": "Satisfaction__c",
        "effort": "Effort__c",
        "recommend": "Recommend__c",
        "differentiation": "Differentiation__c",
        "helps_stand_out": "Helps_Stand_Out__c",
        "helps_confidence_in_future": "Helps_Confidence_In_Future__c",
        "helps_well_being": "Helps_Well_Being__c",
        "helps_freedom": "Helps_Freedom__c",
        "helps_thrill": "Helps_Thrill__c",
        "helps_belonging": "Helps_Belonging__c",
        "helps_protect_environment": "Helps_Protect_Environment__c",
        "helps_be_who_i_want": "Helps_Be_Who_I_Want__c",
        "helps_security": "Helps_Security__c",
        "helps_success_in_life": "Helps_Success_In_Life__c",
        "verbatim": "Verbatim__c",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    """CSAT 1-5, effort 1-7, recommend 0-10, differentiation and `helps_*` (motivators) 1-7."""

    response_id: str
    contact_id: str
    survey_name: str
    touchpoint: str | None = None
    submitted_at: datetime
    satisfaction: OneToFive | None = None
    effort: OneToSeven | None = None
    recommend: ZeroToTen | None = None
    differentiation: OneToSeven | None = None
    helps_stand_out: OneToSeven | None = None
    helps_confidence_in_future: OneToSeven | None = None
    helps_well_being: OneToSeven | None = None
    helps_freedom: OneToSeven | None = None
    helps_thrill: OneToSeven | None = None
    helps_belonging: OneToSeven | None = None
    helps_protect_environment: OneToSeven | None = None
    helps_be_who_i_want: OneToSeven | None = None
    helps_security: OneToSeven | None = None
    helps_success_in_life: OneToSeven | None = None
    verbatim: str | None = None
    is_deleted: bool = False
    created_at: datetime
    modified_at: datetime


class TouchpointRating(
    Row,
    frozen=True,
    kw_only=True,
    rename={
        "rating_id": "Id",
        "response_id": "Survey_Response__c",
        "contact_id": "Contact__c",
        "touchpoint": "Touchpoint__c",
        "rated_at": "Rated_At__c",
        "rating": "Rating__c",
        "importance": "Importance__c",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    """How good a touchpoint was, and how much it is said to matter, 1-7: a response's children."""

    rating_id: str
    response_id: str
    contact_id: str
    touchpoint: str
    rated_at: datetime
    rating: OneToSeven
    importance: OneToSeven | None = None
    is_deleted: bool = False
    created_at: datetime
    modified_at: datetime


class Referral(
    Row,
    frozen=True,
    kw_only=True,
    rename={
        "referral_id": "Id",
        "referrer_contact_id": "Referred_By__c",
        "status": "Status",
        "converted_on": "ConvertedDate",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    """A Lead that an existing contact referred."""

    referral_id: str
    referrer_contact_id: str
    status: str
    converted_on: date | None = None
    is_deleted: bool = False
    created_at: datetime
    modified_at: datetime


def connect(endpoint: Endpoint) -> Client:
    """Return a client for the org whose My Domain address is the endpoint's base URL."""
    token_url = endpoint.text("token_url", f"{endpoint.base_url}/services/oauth2/token")
    return Client(endpoint, ClientCredentials(endpoint, token_url))


@dataclass(frozen=True)
class Query:
    """The extraction of one object by its modification stamp."""

    load: str
    sobject: str
    row: type[Row]
    where: str = ""

    async def __call__(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """Yield the records modified in the window, deleted ones too."""
        version = ask.api.endpoint.text("version", "62.0")
        call = Call(
            "GET",
            f"/services/data/v{version}/queryAll",
            params={"q": self.soql(ask)},
            label=f"queryAll of {self.load}",
        )
        types = get_type_hints(self.row)
        whole = {
            field.encode_name
            for field in msgspec.structs.fields(self.row)
            if _is_whole(types[field.name])
        }
        async for answer in walk(ask.api, call, NextUrl()):
            yield Page(self.load, [_plain(r, whole) for r in records_of(answer, "records")])

    def soql(self, ask: Ask) -> str:
        """Return the SOQL for the window, in the order that pages are cut."""
        sobject = sobject_of(ask.api.endpoint, self.load, self.sobject)
        fields = ", ".join(field.encode_name for field in msgspec.structs.fields(self.row))
        return (
            f"SELECT {fields} FROM {sobject}"  # noqa: S608 -- names from the contract, checked above
            f" WHERE SystemModstamp >= {_stamp(ask.window.start)}"
            f" AND SystemModstamp < {_stamp(ask.window.end)}{self.where}"
            " ORDER BY SystemModstamp, Id"
        )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _is_whole(kind: Any) -> bool:
    return kind is int or int in getattr(kind, "__args__", ())


def _plain(record: dict[str, Any], whole: set[str]) -> dict[str, Any]:
    """Drop the envelope, and write 5.0 as 5 in fields that count: the API has one number type."""
    if not isinstance(record, dict):
        return record
    record.pop("attributes", None)
    for name in whole:
        value = record.get(name)
        if isinstance(value, float) and value.is_integer():
            record[name] = int(value)
    return record


def _load(name: str, sobject: str, row: type[Row], **given: Any) -> Load:
    where = given.pop("where_soql", "")
    ids = Ids(name, sobject, where)
    erased = dict.fromkeys(given.pop("erased", ()))
    return Load(
        name=name,
        vendor="salesforce",
        row=row,
        connect=connect,
        extract=Query(name, sobject, row, where),
        modified_at="modified_at",
        lookback=LOOKBACK,
        deletions=Deletions(RECYCLE_BIN, PAGE_SIZE, ids.list_ids, ids.look_up, erased),
        **given,
    )


LOADS: tuple[Load, ...] = (
    _load(
        "salesforce_contacts",
        "Contact",
        Contact,
        is_state=True,
        key=("contact_id",),
        subject="contact_id",
        erased=("email", "phone", "mastodon_handle"),
        # Who somebody is matters to their whole history.
        happened_at="customer_since",
    ),
    _load(
        "salesforce_orders",
        "Order",
        Order,
        key=("order_id",),
        subject="contact_id",
        happened_at="ordered_on",
    ),
    _load(
        "salesforce_survey_responses",
        "Survey_Response__c",
        SurveyResponse,
        key=("response_id",),
        subject="contact_id",
        happened_at="submitted_at",
        text=Text("verbatim"),
        erased=("verbatim",),
    ),
    _load(
        "salesforce_touchpoint_ratings",
        "Touchpoint_Rating__c",
        TouchpointRating,
        key=("rating_id",),
        subject="contact_id",
        happened_at="rated_at",
    ),
    _load(
        "salesforce_referrals",
        "Lead",
        Referral,
        key=("referral_id",),
        subject="referrer_contact_id",
        happened_at="created_at",
        where_soql=" AND Referred_By__c != null",
    ),
)
