"""Orders and referrals: the outcomes that connection causes."""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.ids import day, salesforce_ids
from sandbox.records.consolidations import consolidate
from sandbox.records.contacts import People
from sandbox.records.stage import MINUTE, Change, Stage, history, removals
from sandbox.shelf import Shelf, ShelfBuilder
from sandbox.times import DAY, Floats, Ints

CHANNELS = ("store", "web", "app", "phone")


def orders(stage: Stage, people: People) -> Shelf:
    """Put all orders on a shelf: activated, then completed or cancelled days later."""
    rng, scenario = stage.rng("orders"), stage.scenario
    population, effects = stage.population, scenario.effects
    month, customer, moment = _bought(stage, rng)
    count = len(month)
    amount = scenario.behaviour.order_amount * rng.lognormal(-0.18, 0.6, count)
    amount *= np.where(population.connected[month, customer], effects.spend, 1.0)
    channel = _channels(stage, rng, month, customer)
    settled = moment + (rng.uniform(1.5, 6.5, count) * DAY).astype(np.int64)
    cancelled = rng.random(count) < 0.03
    edited = rng.random(count) < scenario.changes.edited
    gone = removals(stage, rng, settled)
    ids, builder = salesforce_ids("801", count), ShelfBuilder()
    amounts, moments, ends = np.round(amount, 2).tolist(), moment.tolist(), settled.tolist()
    for at, who in enumerate(customer.tolist()):
        contact, moves = people.billed(who, moments[at])
        changes: list[Change] = [(moments[at], {}), *gone[at]]
        changes.append((ends[at], {"Status": "Cancelled" if cancelled[at] else "Completed"}))
        if edited[at]:
            changes.append((ends[at] + DAY, {"TotalAmount": round(amounts[at] * 0.9, 2)}))
        record: dict[str, Any] = {
            "Id": ids[at],
            "BillToContactId": contact,
            "EffectiveDate": day(moments[at]),
            "TotalAmount": amounts[at],
            "Status": "Activated",
            "Channel__c": CHANNELS[channel[at]],
            "Type": None,
            "IsDeleted": False,
        }
        builder.add(ids[at], history("Order", record, [*changes, *moves]))
    consolidate(stage, people, builder, count)
    return builder.shelf()


def _bought(stage: Stage, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Draw the orders: at a customer's own rate, and the one that made somebody a customer."""
    population, effects = stage.population, stage.scenario.effects
    own = rng.lognormal(-0.125, 0.5, stage.scenario.customers)
    season = 1 + 0.22 * np.cos(2 * np.pi * (_month_of_year(population.month_starts[:-1]) - 12) / 12)
    rate = stage.scenario.behaviour.orders_a_month * np.outer(season, own)
    rate *= np.where(population.connected, effects.order_rate, 1.0)
    rate *= np.where(population.satisfied, effects.satisfied_order_rate, 1.0)
    month, customer, moment = stage.happenings(rng, rate.astype(np.float32))
    new = np.flatnonzero(~population.was_there)
    month = np.concatenate([month, population.joined[new]])
    customer = np.concatenate([customer, new])
    moment = np.concatenate([moment, stage.joined_at[new] + 7 * MINUTE])
    order = np.argsort(moment, kind="stable")
    return month[order], customer[order], moment[order]


def _month_of_year(starts: Ints) -> Ints:
    return starts.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) % 12 + 1


def _channels(stage: Stage, rng: np.random.Generator, month: Ints, customer: Ints) -> Ints:
    """Draw each order's channel; the connected use more of them."""
    n = stage.scenario.customers
    favourite = rng.choice(len(CHANNELS), n, p=[0.38, 0.40, 0.16, 0.06])
    roams = rng.random(n)
    felt: Floats = stage.population.connection[month, customer]
    strays = rng.random(len(month)) < roams[customer] * np.where(felt > 0, 0.75, 0.4)
    other = rng.choice(len(CHANNELS), len(month), p=[0.3, 0.35, 0.27, 0.08])
    return np.where(strays, other, favourite[customer])


def referrals(stage: Stage, people: People) -> Shelf:
    """Put all referrals on a shelf: leads that a customer sent, some converted weeks later."""
    rng, scenario, population = stage.rng("referrals"), stage.scenario, stage.population
    rate = scenario.behaviour.referrals_a_month * np.where(
        population.connected, scenario.effects.referral, 1.0
    )
    month, customer, moment = stage.happenings(rng, rate.astype(np.float32))
    draw, wait = rng.random(len(month)), rng.uniform(2, 40, len(month)) * DAY
    gone = removals(stage, rng, moment)
    ids, builder = salesforce_ids("00Q", len(month)), ShelfBuilder()
    for at, who in enumerate(customer.tolist()):
        created = int(moment[at])
        decided = created + int(wait[at])
        changes: list[Change] = [(created, {}), *gone[at]]
        if draw[at] < 0.45:
            changes.append((decided, {"Status": "Converted", "ConvertedDate": day(decided)}))
        elif draw[at] < 0.8:
            changes.append((decided, {"Status": "Unqualified"}))
        record = {
            "Id": ids[at],
            "Referred_By__c": people.contact_ids[who],
            "Status": "New",
            "ConvertedDate": None,
            "IsDeleted": False,
        }
        builder.add(ids[at], history("Lead", record, changes))
    return builder.shelf()
