"""Referrals: people whom a customer sends, some of whom become customers weeks later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.simulation.context import Change, GenerationContext, removals
from sandbox.times import DAY


@dataclass(frozen=True)
class Referral:
    """A referral as it comes in; later its `status` may be converted or unqualified."""

    customer: int
    status: str
    converted_at: int | None
    is_deleted: bool


def referrals(context: GenerationContext) -> Iterator[tuple[Referral, list[Change]]]:
    """Return all referrals with their changes, in the order of their instants."""
    rng, scenario, population = context.rng("referrals"), context.scenario, context.population
    rate = scenario.behaviour.referrals_a_month * np.where(
        population.connected, scenario.effects.referral, 1.0
    )
    month, customer, moment = context.events(rng, rate.astype(np.float32))
    draw, wait = rng.random(len(month)), rng.uniform(2, 40, len(month)) * DAY
    removed = removals(context, rng, moment)
    for at, who in enumerate(customer.tolist()):
        created = int(moment[at])
        decided = created + int(wait[at])
        changes: list[Change] = [(created, {}), *removed[at]]
        if draw[at] < 0.45:
            changes.append((decided, {"status": "converted", "converted_at": decided}))
        elif draw[at] < 0.8:
            changes.append((decided, {"status": "unqualified"}))
        yield Referral(who, "new", None, is_deleted=False), changes
