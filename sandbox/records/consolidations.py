"""Consolidations: a client of a brokerage moves what they hold elsewhere to the brand, once.

The CRM has them among the orders, by their type; they are no purchase.
"""

from __future__ import annotations

import numpy as np

from sandbox.ids import day, salesforce_ids
from sandbox.records.contacts import People
from sandbox.records.stage import Stage, daytime, history
from sandbox.shelf import ShelfBuilder
from sandbox.times import DAY, Flags, Ints


def consolidate(stage: Stage, people: People, builder: ShelfBuilder, taken: int) -> None:
    """Put all consolidations among the orders, whose first `taken` ids are in use."""
    rng, behaviour = stage.rng("consolidations"), stage.scenario.behaviour
    customer, moment = _moved(stage, rng)
    count = len(customer)
    amount = behaviour.consolidated_amount * rng.lognormal(-0.4, 0.9, count)
    settled = moment + (rng.uniform(3, 15, count) * DAY).astype(np.int64)
    ids = salesforce_ids("801", taken + count)[taken:]
    amounts, moments, ends = np.round(amount, 2).tolist(), moment.tolist(), settled.tolist()
    for at, who in enumerate(customer.tolist()):
        contact, moves = people.billed(who, moments[at])
        record = {
            "Id": ids[at],
            "BillToContactId": contact,
            "EffectiveDate": day(moments[at]),
            "TotalAmount": amounts[at],
            "Status": "Activated",
            "Channel__c": None,
            "Type": "Consolidation",
            "IsDeleted": False,
        }
        changes = [(moments[at], {}), (ends[at], {"Status": "Completed"}), *moves]
        builder.add(ids[at], history("Order", record, changes))


def _moved(stage: Stage, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw who consolidates and when: month after month, until they have."""
    population, scenario = stage.population, stage.scenario
    chance = scenario.behaviour.consolidates_a_month * np.where(
        population.connected, scenario.effects.consolidation, 1.0
    )
    moves: Flags = population.active & (rng.random(chance.shape) < chance)
    customer = np.flatnonzero(moves.any(axis=0))
    month = np.argmax(moves[:, customer], axis=0)
    start = np.maximum(population.month_starts[month], stage.joined_at[customer])
    return customer, daytime(rng, start, population.month_starts[month + 1])
