"""Salesforce's objects: what each is made from, and its fields by the simulation's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from sandbox.render import Record
from sandbox.render.salesforce.ids import date_time, day
from sandbox.simulation.consolidations import consolidations
from sandbox.simulation.contacts import contacts
from sandbox.simulation.context import Change, GenerationContext
from sandbox.simulation.identities import Identities
from sandbox.simulation.orders import orders
from sandbox.simulation.population import MOTIVATORS
from sandbox.simulation.ratings import touchpoint_ratings
from sandbox.simulation.referrals import referrals
from sandbox.simulation.surveys import Surveys, draw_surveys, survey_responses


@dataclass(frozen=True)
class Simulated:
    """What an object's records are made from."""

    context: GenerationContext
    identities: Identities

    @cached_property
    def surveys(self) -> Surveys:
        """Return what responses and their ratings share."""
        return draw_surveys(self.context)


@dataclass(frozen=True)
class Reference:
    """A field whose value is the number of a record of another kind."""

    name: str
    kind: str


@dataclass(frozen=True)
class Field:
    """A field's name, and how its values are written where they are not written as they are."""

    name: str
    write: Callable[[Any], Any] | None = None


# A record's number among its kind's, its values by the simulation's fields, and its changes.
Row = tuple[int, Record, list[Change]]


@dataclass(frozen=True)
class SalesforceObject:
    """An object; a reference is to a kind above it in OBJECTS, or to its own."""

    name: str
    key_prefix: str
    rows: Callable[[Simulated], Iterable[Row]]
    fields: dict[str, Field | Reference]


def _numbered(simulated: Iterable[tuple[Any, list[Change]]]) -> Iterable[Row]:
    return ((at, vars(one), changes) for at, (one, changes) in enumerate(simulated))


def _contacts(given: Simulated) -> Iterable[Row]:
    for contact, changes in contacts(given.context, given.identities):
        yield contact.number, vars(contact), changes


def _orders(given: Simulated) -> Iterable[Row]:
    of = given.context, given.identities
    return _numbered(chain(orders(*of), consolidations(*of)))


def _survey_responses(given: Simulated) -> Iterable[Row]:
    """Return responses with a field for each motivator."""
    rows = _numbered(survey_responses(given.context, given.surveys))
    return ((at, values | values["motivators"], changes) for at, values, changes in rows)


# By kind, as the load is called after the vendor's name.
OBJECTS = {
    "contacts": SalesforceObject(
        "Contact",
        "003",
        _contacts,
        {
            "merged_into": Reference("MasterRecordId", "contacts"),
            "email": Field("Email"),
            "is_email_verified": Field("Email_Verified__c"),
            "phone": Field("Phone"),
            "handle": Field("Mastodon_Handle__c"),
            "has_text_consent": Field("Text_Consent__c"),
            "customer_since": Field("Customer_Since__c", day),
            "contract_ended_at": Field("Contract_Ended_On__c", day),
            "acquisition_channel": Field("LeadSource"),
            "acquisition_cost": Field("Acquisition_Cost__c"),
            "is_deleted": Field("IsDeleted"),
        },
    ),
    "orders": SalesforceObject(
        "Order",
        "801",
        _orders,
        {
            "contact": Reference("BillToContactId", "contacts"),
            "ordered_at": Field("EffectiveDate", day),
            "amount": Field("TotalAmount"),
            "status": Field("Status", lambda s: "Activated" if s == "placed" else s.title()),
            "channel": Field("Channel__c"),
            "is_consolidation": Field("Type", lambda is_one: "Consolidation" if is_one else None),
            "is_deleted": Field("IsDeleted"),
        },
    ),
    "survey_responses": SalesforceObject(
        "Survey_Response__c",
        "a0B",
        _survey_responses,
        {
            "customer": Reference("Contact__c", "contacts"),
            "is_relationship": Field("Survey__c", lambda is_: ("touchpoint", "relationship")[is_]),
            "touchpoint": Field("Touchpoint__c"),
            "submitted_at": Field("Submitted_At__c", date_time),
            "satisfaction": Field("Satisfaction__c"),
            "effort": Field("Effort__c"),
            "recommend": Field("Recommend__c"),
            "differentiation": Field("Differentiation__c"),
            **{name: Field(f"Helps_{name.title()}__c") for name in MOTIVATORS},
            "verbatim": Field("Verbatim__c"),
            "is_deleted": Field("IsDeleted"),
        },
    ),
    "touchpoint_ratings": SalesforceObject(
        "Touchpoint_Rating__c",
        "a0C",
        lambda given: _numbered(touchpoint_ratings(given.context, given.surveys)),
        {
            "response": Reference("Survey_Response__c", "survey_responses"),
            "customer": Reference("Contact__c", "contacts"),
            "touchpoint": Field("Touchpoint__c"),
            "rated_at": Field("Rated_At__c", date_time),
            "rating": Field("Rating__c"),
            "importance": Field("Importance__c"),
            "is_deleted": Field("IsDeleted"),
        },
    ),
    "referrals": SalesforceObject(
        "Lead",
        "00Q",
        lambda given: _numbered(referrals(given.context)),
        {
            "customer": Reference("Referred_By__c", "contacts"),
            "status": Field("Status", str.title),
            "converted_at": Field("ConvertedDate", day),
            "is_deleted": Field("IsDeleted"),
        },
    ),
}
