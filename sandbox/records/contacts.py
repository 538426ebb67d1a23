"""Contacts: who the customers are to the CRM, with the ways in which a CRM is wrong.

Households share a phone, two people share an address, a few customers exist twice until
somebody merges them, a handle is claimed late or by two.  One bulk job stamps thousands of
contacts in one second, so that equal stamps cross a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sandbox.ids import day, salesforce_ids
from sandbox.records.stage import HOUR, Change, Stage, history, removals
from sandbox.shelf import Shelf, ShelfBuilder
from sandbox.times import DAY, Flags, Ints, milliseconds

HOSTS = ("social.example", "social.example", "fedi.example.net", "toots.example.org")
_SYLLABLES = (
    "ba be da do el fa ga hi in jo ka ki la le lo ma mi mo na ni no ra ri ro sa so ta ti va"
)


@dataclass(frozen=True)
class Twin:
    """A second contact of one customer, until it is merged into the first."""

    contact_id: str
    created: int
    merged: int


@dataclass(frozen=True)
class People:
    """The customers' identities, by customer."""

    contact_ids: list[str]
    phones: list[str]
    emails: list[str]
    handles: list[str | None]  # user@host, as Mastodon writes it
    claims: list[str | None]  # the handle that the CRM has for the customer
    twins: dict[int, Twin]

    def billed(self, who: int, moment: int) -> tuple[str, list[Change]]:
        """Return which contact an order goes to, and its move to the other if they are merged."""
        twin = self.twins.get(who)
        if twin is None or not twin.created <= moment < twin.merged:
            return self.contact_ids[who], []
        return twin.contact_id, [(twin.merged, {"BillToContactId": self.contact_ids[who]})]


def meet(stage: Stage) -> People:
    """Give every customer an identity."""
    rng = stage.rng("people")
    n, evidence = stage.scenario.customers, stage.scenario.evidence
    numbers = rng.permutation(9_000_000)[:n] + 1_000_000
    phones = [f"+1555{number}" for number in numbers.tolist()]
    names = _names(rng, n)
    emails = [f"{name}@example.{('com', 'net', 'org')[at % 3]}" for at, name in enumerate(names)]
    for shared, values in ((evidence.shared_phone, phones), (evidence.shared_email, emails)):
        for at in np.flatnonzero(rng.random(n) < shared / 2).tolist():
            values[at] = values[at - 1]
    handles: list[str | None] = [None] * n
    for at in np.flatnonzero(rng.random(n) < evidence.claims_handle).tolist():
        handles[at] = f"{names[at].replace('.', '_')}@{HOSTS[at % len(HOSTS)]}"
    claims, owners = list(handles), [at for at in range(n) if handles[at] is not None]
    for at in np.flatnonzero(rng.random(n) < evidence.wrong_handle).tolist():
        if handles[at] is None and owners:
            claims[at] = handles[owners[at % len(owners)]]
    ids = salesforce_ids("003", 2 * n)
    twins = {}
    for at in np.flatnonzero(rng.random(n) < evidence.duplicate_contact).tolist():
        created = int(stage.joined_at[at] + rng.random() * 200 * DAY)
        merged = int(created + 5 * DAY + rng.random() * 90 * DAY)
        twins[at] = Twin(ids[n + at], created, merged)
    return People(ids[:n], phones, emails, handles, claims, twins)


def _names(rng: np.random.Generator, count: int) -> list[str]:
    syllables = _SYLLABLES.split()
    draws = rng.integers(0, len(syllables), (count, 5)).tolist()
    return [
        f"{syllables[a]}{syllables[b]}.{syllables[c]}{syllables[d]}{syllables[e]}{at % 9973}"
        for at, (a, b, c, d, e) in enumerate(draws)
    ]


def contacts(stage: Stage, people: People) -> Shelf:
    """Put all contacts on a shelf, duplicates and their merges included."""
    rng, builder = stage.rng("contacts"), ShelfBuilder()
    life = _Life(stage, people, rng)
    gone = removals(stage, rng, stage.joined_at)
    for at in range(stage.scenario.customers):
        record = life.record(at)
        changes = [(int(stage.joined_at[at]), {}), *life.changes(at), *gone[at]]
        builder.add(record["Id"], history("Contact", record, changes))
        twin = people.twins.get(at)
        if twin is not None:
            merge = {"IsDeleted": True, "MasterRecordId": record["Id"]}
            second = record | {"Id": twin.contact_id, "Mastodon_Handle__c": None}
            steps: list[Change] = [(twin.created, {}), (twin.merged, merge)]
            builder.add(twin.contact_id, history("Contact", second, steps))
    return builder.shelf()


class _Life:
    """Draws, for all contacts at once, what happens to a contact after its creation."""

    def __init__(self, stage: Stage, people: People, rng: np.random.Generator) -> None:
        n, scenario = stage.scenario.customers, stage.scenario
        self.people, self.joined = people, stage.joined_at
        self.draw = rng.random((n, 12))
        self.later = stage.joined_at + (rng.random(n) * 300 * DAY).astype(np.int64)
        names = list(scenario.acquisition_channels)
        self.channels = [names[at] for at in stage.population.channel.tolist()]
        self.costs = np.round(rng.lognormal(2.7, 0.5, n), 2)
        begins = milliseconds(scenario.begins)
        before = begins - (rng.random(n) * 5 * 365 * DAY).astype(np.int64)
        self.since = np.where(stage.population.was_there, before, stage.joined_at)
        self.refuses = rng.random(n) < scenario.evidence.no_text_consent
        self.edited = rng.random(n) < scenario.changes.edited
        self.bulk = (begins + (milliseconds(scenario.now) - begins) * 7 // 10) // DAY * DAY + HOUR
        exists = stage.joined_at < self.bulk
        self.touched = exists & (rng.random(n) < scenario.changes.touched_in_bulk)
        self.ended = _ended(stage, rng)

    def record(self, at: int) -> dict[str, Any]:
        """Return a contact as it is created."""
        draw, handle = self.draw[at], self.people.claims[at]
        email = self.people.emails[at]
        return {
            "Id": self.people.contact_ids[at],
            "MasterRecordId": None,
            "Email": email.title() if draw[0] < 0.04 else email if draw[0] < 0.93 else None,
            "Email_Verified__c": bool(draw[1] < 0.85),
            "Phone": self.people.phones[at] if draw[2] < 0.92 else None,
            "Mastodon_Handle__c": _typed(handle, draw[3]) if draw[4] < 0.5 else None,
            "Text_Consent__c": not (self.refuses[at] and draw[5] < 0.5),
            "Customer_Since__c": day(int(self.since[at])),
            "Contract_Ended_On__c": None,
            "LeadSource": self.channels[at] if draw[6] < 0.97 else None,
            "Acquisition_Cost__c": float(self.costs[at]) if draw[7] < 0.9 else None,
            "IsDeleted": False,
        }

    def changes(self, at: int) -> list[Change]:
        """Return what changes later, in any order."""
        draw, later = self.draw[at], int(self.later[at])
        found: list[Change] = []
        handle = self.people.claims[at]
        if handle is not None and draw[4] >= 0.5:
            found.append((later, {"Mastodon_Handle__c": _typed(handle, draw[3])}))
        if self.refuses[at] and draw[5] >= 0.5:
            found.append((later + DAY, {"Text_Consent__c": False}))
        if self.edited[at]:
            found.append((later + 2 * DAY, {"Acquisition_Cost__c": float(self.costs[at]) + 1}))
        if self.touched[at]:
            found.append((int(self.bulk), {}))
        if self.ended[at]:
            ended = int(self.ended[at])
            found.append((ended + 9 * HOUR, {"Contract_Ended_On__c": day(ended)}))
        return found


def _ended(stage: Stage, rng: np.random.Generator) -> Ints:
    """Return when a quarter of those who left for good closed their account; 0 for the rest."""
    population = stage.population
    months = len(population.active)
    last = months - 1 - np.argmax(population.active[::-1], axis=0)
    left: Flags = population.leaves[last, np.arange(len(last))]
    closes = left & (rng.random(len(last)) < 0.25)
    return np.where(closes, population.month_starts[last + 1] - DAY, 0)


def _typed(handle: str | None, draw: float) -> str | None:
    """Write a handle as a person types it into a form."""
    if handle is None:
        return None
    return f"@{handle}" if draw < 0.6 else handle.title() if draw < 0.7 else handle
