"""Who the customers are: phones, addresses, accounts, and the ways in which these are not clean.

Households share a phone, two people share an address, a few customers are recorded twice until
the two are merged, and a social account may be claimed by somebody who does not own it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.simulation.context import Change, GenerationContext
from sandbox.times import DAY

HOSTS = ("social.example", "social.example", "fedi.example.net", "toots.example.org")
_SYLLABLES = (
    "ba be da do el fa ga hi in jo ka ki la le lo ma mi mo na ni no ra ri ro sa so ta ti va"
)


@dataclass(frozen=True)
class Duplicate:
    """A second contact of one customer, until it is merged into the first."""

    number: int
    created: int
    merged: int


@dataclass(frozen=True)
class Identities:
    """The customers' identities, by customer.

    A contact has a number: the customer's own, or the number of customers more for a duplicate.
    """

    phones: list[str]
    emails: list[str]
    handles: list[str | None]  # user@host
    claimed_handles: list[str | None]  # the handle that the customer says is theirs
    duplicates: dict[int, Duplicate]

    def contact_at(self, customer: int, moment: int) -> tuple[int, list[Change]]:
        """Return the contact that an order goes to, and its move to the other if they merge."""
        duplicate = self.duplicates.get(customer)
        if duplicate is None or not duplicate.created <= moment < duplicate.merged:
            return customer, []
        return duplicate.number, [(duplicate.merged, {"contact": customer})]


def make_identities(context: GenerationContext) -> Identities:
    """Give every customer an identity."""
    rng = context.rng("people")
    n, evidence = context.scenario.customers, context.scenario.evidence
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
    duplicates = {}
    for at in np.flatnonzero(rng.random(n) < evidence.duplicate_contact).tolist():
        created = int(context.joined_at[at] + rng.random() * 200 * DAY)
        merged = int(created + 5 * DAY + rng.random() * 90 * DAY)
        duplicates[at] = Duplicate(n + at, created, merged)
    return Identities(phones, emails, handles, claims, duplicates)


def _names(rng: np.random.Generator, count: int) -> list[str]:
    syllables = _SYLLABLES.split()
    draws = rng.integers(0, len(syllables), (count, 5)).tolist()
    return [
        f"{syllables[a]}{syllables[b]}.{syllables[c]}{syllables[d]}{syllables[e]}{at % 9973}"
        for at, (a, b, c, d, e) in enumerate(draws)
    ]
