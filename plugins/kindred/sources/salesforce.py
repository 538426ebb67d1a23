"""Salesforce: contacts, orders, survey responses, ratings and referrals by SOQL over `queryAll`.

`queryAll` includes deleted records (`IsDeleted`), so a deletion arrives as a tombstone.
Names of objects are an org's own: the connection's option `objects` maps a load to one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

import msgspec

from kindred.addresses import Email, Handle, Phone
from kindred.api import Auth, ClientCredentials, Endpoint
from kindred.fields import Amount, Day, EndDay, FirstDay, Happened, Made, Stamp
from kindred.loads import ONLY_WHERE_PRESENT, Deletions, Load, Row, Text, Vendor
from kindred.sources.salesforce_errors import ERRORS
from kindred.sources.salesforce_ids import PAGE_SIZE, Ids
from kindred.sources.salesforce_query import Query

# SystemModstamp is set when a transaction starts and seen when it ends: a record can appear
# behind the night's edge. An hour is far beyond the platform's longest transaction.
LOOKBACK = timedelta(hours=1)
# How long the recycle bin keeps a deleted record, and with it `queryAll`.
RECYCLE_BIN = timedelta(days=15)


# An answer off its scale is refused by itself; the gate looks at how many were.
OneToFive = Annotated[int, msgspec.Meta(ge=1, le=5)]
OneToSeven = Annotated[int, msgspec.Meta(ge=1, le=7)]
ZeroToTen = Annotated[int, msgspec.Meta(ge=0, le=10)]


_CHECKED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def eighteen(record_id: str) -> str:
    """Return a record's id in 18 characters, in which case no longer tells records apart.

    Reports and old integrations give the first 15. Of each five the suffix has a character: which
    of the 32 it is says which of the five are capitals, the first counting least.
    """
    if not re.fullmatch(r"[A-Za-z0-9]{15}", record_id):
        return record_id
    fives = (record_id[at : at + 5] for at in (0, 5, 10))
    return record_id + "".join(
        _CHECKED[sum(1 << at for at, each in enumerate(five) if each.isupper())] for five in fives
    )


RecordId = Annotated[str, msgspec.Meta(extra={"read": eighteen})]


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
        "currency": "CurrencyIsoCode",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    contact_id: RecordId
    master_contact_id: RecordId | None
    email: Email | None
    is_email_verified: bool | None
    phone: Phone | None
    mastodon_handle: Handle | None
    has_text_consent: bool | None
    customer_since: FirstDay | None
    contract_ended_on: EndDay | None
    acquisition_channel: str | None
    acquisition_cost: Amount | None
    currency: Annotated[str | None, ONLY_WHERE_PRESENT] = None
    is_deleted: bool
    created_at: Made
    modified_at: Stamp


class Order(
    Row,
    frozen=True,
    kw_only=True,
    rename={
        "order_id": "Id",
        "contact_id": "BillToContactId",
        "ordered_on": "EffectiveDate",
        "amount": "TotalAmount",
        "currency": "CurrencyIsoCode",
        "status": "Status",
        "channel": "Channel__c",
        "order_type": "Type",
        "is_deleted": "IsDeleted",
        "created_at": "CreatedDate",
        "modified_at": "SystemModstamp",
    },
):
    order_id: RecordId
    contact_id: RecordId | None
    ordered_on: Day
    amount: Amount
    currency: Annotated[str | None, ONLY_WHERE_PRESENT] = None
    status: str
    channel: str | None
    order_type: str | None
    is_deleted: bool
    created_at: Made
    modified_at: Stamp


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

    response_id: RecordId
    contact_id: RecordId | None
    survey_name: str | None
    touchpoint: str | None
    submitted_at: Happened | None
    satisfaction: OneToFive | None
    effort: OneToSeven | None
    recommend: ZeroToTen | None
    differentiation: OneToSeven | None
    helps_stand_out: OneToSeven | None
    helps_confidence_in_future: OneToSeven | None
    helps_well_being: OneToSeven | None
    helps_freedom: OneToSeven | None
    helps_thrill: OneToSeven | None
    helps_belonging: OneToSeven | None
    helps_protect_environment: OneToSeven | None
    helps_be_who_i_want: OneToSeven | None
    helps_security: OneToSeven | None
    helps_success_in_life: OneToSeven | None
    verbatim: str | None
    is_deleted: bool
    created_at: Made
    modified_at: Stamp


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

    rating_id: RecordId
    response_id: RecordId | None
    contact_id: RecordId | None
    touchpoint: str | None
    rated_at: Happened | None
    rating: OneToSeven | None
    importance: OneToSeven | None
    is_deleted: bool
    created_at: Made
    modified_at: Stamp


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

    referral_id: RecordId
    referrer_contact_id: RecordId
    status: str
    converted_on: Day | None
    is_deleted: bool
    created_at: Made
    modified_at: Stamp


def auth(endpoint: Endpoint) -> Auth:
    """Return the login to the org whose My Domain address is the endpoint's base URL."""
    token_url = endpoint.text("token_url", f"{endpoint.base_url}/services/oauth2/token")
    return ClientCredentials(endpoint, token_url)


def _load(name: str, sobject: str, row: type[Row], **given: Any) -> Load:
    where = given.pop("where_soql", "")
    ids = Ids(name, sobject, where)
    erased = dict.fromkeys(given.pop("erased", ()))
    return Load(
        name=name,
        vendor="salesforce",
        row=row,
        extract=Query(name, sobject, row, where),
        modified_at="modified_at",
        link="contact",
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
        is_dated=False,
        entity="contacts",
        addresses={
            "email": "case when is_email_verified then email end",
            "phone": "phone",
            "claimed_handle": "mastodon_handle",
        },
    ),
    _load(
        "salesforce_orders",
        "Order",
        Order,
        key=("order_id",),
        subject="contact_id",
        happened_at="ordered_on",
        entity="orders",
    ),
    _load(
        "salesforce_survey_responses",
        "Survey_Response__c",
        SurveyResponse,
        key=("response_id",),
        subject="contact_id",
        happened_at="submitted_at",
        entity="survey_responses",
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
        entity="touchpoint_ratings",
    ),
    _load(
        "salesforce_referrals",
        "Lead",
        Referral,
        key=("referral_id",),
        subject="referrer_contact_id",
        happened_at="created_at",
        is_dated=False,
        entity="referrals",
        where_soql=" AND Referred_By__c != null",
    ),
)

VENDOR = Vendor(
    name="salesforce",
    source="crm",
    auth=auth,
    errors=ERRORS,
    loads=LOADS,
    backfills=(
        "A record is found by the day of its last change: one that changed since comes with that"
        " later day. A deleted record is there while the recycle bin keeps it, 15 days."
    ),
    reconciles=(
        "A record that neither the object nor its recycle bin has is gone. One that the integration"
        " user may no longer see looks the same: more than a few at once are held."
    ),
)
