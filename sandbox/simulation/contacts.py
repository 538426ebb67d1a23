"""Contacts: what a company writes down about its customers, and what changes about it.

One bulk job touches thousands of contacts in one second and changes nothing in them. A handle
may be added long after the contact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sandbox.simulation.context import HOUR, Change, GenerationContext, removals
from sandbox.simulation.identities import Identities
from sandbox.times import DAY, Flags, Ints, milliseconds


@dataclass(frozen=True)
class Contact:
    """A contact as it is created; times are milliseconds since 1970."""

    number: int
    merged_into: int | None
    email: str | None
    is_email_verified: bool
    phone: str | None
    handle: str | None
    has_text_consent: bool
    customer_since: int
    contract_ended_at: int | None
    acquisition_channel: str | None
    acquisition_cost: float | None
    is_deleted: bool


def contacts(
    context: GenerationContext, identities: Identities
) -> Iterator[tuple[Contact, list[Change]]]:
    """Return all contacts with their changes, duplicates and their merges included."""
    rng = context.rng("contacts")
    histories = _ContactHistories(context, identities, rng)
    removed = removals(context, rng, context.joined_at)
    for at in range(context.scenario.customers):
        contact = histories.created(at)
        created: Change = (int(context.joined_at[at]), {})
        yield contact, [created, *histories.changes(at), *removed[at]]
        duplicate = identities.duplicates.get(at)
        if duplicate is not None:
            second = replace(contact, number=duplicate.number, handle=None)
            merge = {"is_deleted": True, "merged_into": at}
            yield second, [(duplicate.created, {}), (duplicate.merged, merge)]


class _ContactHistories:
    """Draws, for all contacts at once, what they are and what happens to them later."""

    def __init__(
        self, context: GenerationContext, identities: Identities, rng: np.random.Generator
    ) -> None:
        n, scenario = context.scenario.customers, context.scenario
        self.identities = identities
        self.draw = rng.random((n, 12))
        self.later = context.joined_at + (rng.random(n) * 300 * DAY).astype(np.int64)
        names = list(scenario.acquisition_channels)
        self.channels = [names[at] for at in context.population.channel.tolist()]
        self.costs = np.round(rng.lognormal(2.7, 0.5, n), 2)
        begins = milliseconds(scenario.begins)
        before = begins - (rng.random(n) * 5 * 365 * DAY).astype(np.int64)
        self.since = np.where(context.population.was_there, before, context.joined_at)
        self.refuses = rng.random(n) < scenario.evidence.no_text_consent
        self.edited = rng.random(n) < scenario.changes.edited
        self.bulk = (begins + (milliseconds(scenario.now) - begins) * 7 // 10) // DAY * DAY + HOUR
        exists = context.joined_at < self.bulk
        self.touched = exists & (rng.random(n) < scenario.changes.touched_in_bulk)
        self.ended = _ended(context, rng)

    def created(self, at: int) -> Contact:
        """Return a contact as it is created."""
        draw, handle = self.draw[at], self.identities.claimed_handles[at]
        email = self.identities.emails[at]
        return Contact(
            number=at,
            merged_into=None,
            email=email.title() if draw[0] < 0.04 else email if draw[0] < 0.93 else None,
            is_email_verified=bool(draw[1] < 0.85),
            phone=self.identities.phones[at] if draw[2] < 0.92 else None,
            handle=_typed(handle, draw[3]) if draw[4] < 0.5 else None,
            has_text_consent=not (self.refuses[at] and draw[5] < 0.5),
            customer_since=int(self.since[at]),
            contract_ended_at=None,
            acquisition_channel=self.channels[at] if draw[6] < 0.97 else None,
            acquisition_cost=float(self.costs[at]) if draw[7] < 0.9 else None,
            is_deleted=False,
        )

    def changes(self, at: int) -> list[Change]:
        """Return what changes later, in any order."""
        draw, later = self.draw[at], int(self.later[at])
        found: list[Change] = []
        handle = self.identities.claimed_handles[at]
        if handle is not None and draw[4] >= 0.5:
            found.append((later, {"handle": _typed(handle, draw[3])}))
        if self.refuses[at] and draw[5] >= 0.5:
            found.append((later + DAY, {"has_text_consent": False}))
        if self.edited[at]:
            found.append((later + 2 * DAY, {"acquisition_cost": float(self.costs[at]) + 1}))
        if self.touched[at]:
            found.append((int(self.bulk), {}))
        if self.ended[at]:
            ended = int(self.ended[at])
            found.append((ended + 9 * HOUR, {"contract_ended_at": ended}))
        return found


def _ended(context: GenerationContext, rng: np.random.Generator) -> Ints:
    """Return when a quarter of those who left for good closed their account; 0 for the rest."""
    population = context.population
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
