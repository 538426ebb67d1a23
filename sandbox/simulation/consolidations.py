"""Consolidations: a client of a brokerage moves what they hold elsewhere to the brand, once.

A CRM has them among its orders. They are no purchase.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sandbox.simulation.context import Change, GenerationContext, daytime
from sandbox.simulation.identities import Identities
from sandbox.simulation.orders import Order
from sandbox.times import DAY, Flags, Ints


def consolidations(
    context: GenerationContext, identities: Identities
) -> Iterator[tuple[Order, list[Change]]]:
    """Return all consolidations with their changes, by customer."""
    rng, behaviour = context.rng("consolidations"), context.scenario.behaviour
    customer, moment = _moved(context, rng)
    count = len(customer)
    amount = behaviour.consolidated_amount * rng.lognormal(-0.4, 0.9, count)
    settled = moment + (rng.uniform(3, 15, count) * DAY).astype(np.int64)
    amounts, moments, ends = np.round(amount, 2).tolist(), moment.tolist(), settled.tolist()
    for at, who in enumerate(customer.tolist()):
        contact, moves = identities.contact_at(who, moments[at])
        order = Order(
            contact=contact,
            ordered_at=moments[at],
            amount=amounts[at],
            status="placed",
            channel=None,
            is_consolidation=True,
            is_deleted=False,
        )
        yield order, [(moments[at], {}), (ends[at], {"status": "completed"}), *moves]


def _moved(context: GenerationContext, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw who consolidates and when: month after month, until they have."""
    population, scenario = context.population, context.scenario
    chance = scenario.behaviour.consolidates_a_month * np.where(
        population.connected, scenario.effects.consolidation, 1.0
    )
    moves: Flags = population.active & (rng.random(chance.shape) < chance)
    customer = np.flatnonzero(moves.any(axis=0))
    month = np.argmax(moves[:, customer], axis=0)
    start = np.maximum(population.month_starts[month], context.joined_at[customer])
    return customer, daytime(rng, start, population.month_starts[month + 1])
