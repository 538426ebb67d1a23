"""Orders: what customers buy, the connected more and for more money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.simulation.context import MINUTE, Change, GenerationContext, removals
from sandbox.simulation.identities import Identities
from sandbox.times import DAY, Floats, Ints

CHANNELS = ("store", "web", "app", "phone")


@dataclass(frozen=True)
class Order:
    """An order as it is placed; later its `status` is completed or cancelled."""

    contact: int  # the number of the contact that is billed
    ordered_at: int
    amount: float
    status: str
    channel: str | None
    is_consolidation: bool  # assets moved to the brand, not a purchase
    is_deleted: bool


def orders(
    context: GenerationContext, identities: Identities
) -> Iterator[tuple[Order, list[Change]]]:
    """Return all purchases with their changes, in the order of their instants."""
    rng, scenario = context.rng("orders"), context.scenario
    population, effects = context.population, scenario.effects
    month, customer, moment = _bought(context, rng)
    count = len(month)
    amount = scenario.behaviour.order_amount * rng.lognormal(-0.18, 0.6, count)
    amount *= np.where(population.connected[month, customer], effects.spend, 1.0)
    channel = _channels(context, rng, month, customer)
    settled = moment + (rng.uniform(1.5, 6.5, count) * DAY).astype(np.int64)
    cancelled = rng.random(count) < 0.03
    edited = rng.random(count) < scenario.changes.edited
    removed = removals(context, rng, settled)
    amounts, moments, ends = np.round(amount, 2).tolist(), moment.tolist(), settled.tolist()
    for at, who in enumerate(customer.tolist()):
        contact, moves = identities.contact_at(who, moments[at])
        changes: list[Change] = [(moments[at], {}), *removed[at]]
        changes.append((ends[at], {"status": "cancelled" if cancelled[at] else "completed"}))
        if edited[at]:
            changes.append((ends[at] + DAY, {"amount": round(amounts[at] * 0.9, 2)}))
        order = Order(
            contact=contact,
            ordered_at=moments[at],
            amount=amounts[at],
            status="placed",
            channel=CHANNELS[channel[at]],
            is_consolidation=False,
            is_deleted=False,
        )
        yield order, [*changes, *moves]


def _bought(context: GenerationContext, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Draw the orders: at a customer's own rate, and the one that made somebody a customer."""
    population, effects = context.population, context.scenario.effects
    own = rng.lognormal(-0.125, 0.5, context.scenario.customers)
    season = 1 + 0.22 * np.cos(2 * np.pi * (_month_of_year(population.month_starts[:-1]) - 12) / 12)
    rate = context.scenario.behaviour.orders_a_month * np.outer(season, own)
    rate *= np.where(population.connected, effects.order_rate, 1.0)
    rate *= np.where(population.satisfied, effects.satisfied_order_rate, 1.0)
    month, customer, moment = context.events(rng, rate.astype(np.float32))
    new = np.flatnonzero(~population.was_there)
    month = np.concatenate([month, population.joined[new]])
    customer = np.concatenate([customer, new])
    moment = np.concatenate([moment, context.joined_at[new] + 7 * MINUTE])
    order = np.argsort(moment, kind="stable")
    return month[order], customer[order], moment[order]


def _month_of_year(starts: Ints) -> Ints:
    return starts.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) % 12 + 1


def _channels(
    context: GenerationContext, rng: np.random.Generator, month: Ints, customer: Ints
) -> Ints:
    """Draw each order's channel; the connected use more of them."""
    n = context.scenario.customers
    favourite = rng.choice(len(CHANNELS), n, p=[0.38, 0.40, 0.16, 0.06])
    roams = rng.random(n)
    felt: Floats = context.population.connection[month, customer]
    strays = rng.random(len(month)) < roams[customer] * np.where(felt > 0, 0.75, 0.4)
    other = rng.choice(len(CHANNELS), len(month), p=[0.3, 0.35, 0.27, 0.08])
    return np.where(strays, other, favourite[customer])
