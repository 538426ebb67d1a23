"""Clients of the brokerage consolidate once at most, and the connected six times as readily."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario
from sandbox.world import World, open_world
from tests.unit.sandbox.asking import ignore, records, truth_lines


@pytest.fixture(scope="module")
def brokerage(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The brokerage with few other records: each kind is drawn apart from the others."""
    return open_world(tmp_path_factory.mktemp("brokerage"), quiet(), ignore)


def quiet(**habits: float) -> Scenario:
    scenario = load_scenario("brokerage")
    few = {"orders_a_month": 0.05, "conversations_a_month": 0.0, "own_posts_a_month": 0.0}
    return structs.replace(
        scenario,
        behaviour=structs.replace(scenario.behaviour, **few | habits),
        evidence=structs.replace(scenario.evidence, survey_invited_a_month=0.0),
    )


@pytest.fixture(scope="module")
def moved(brokerage: World) -> dict[str, dict[str, Any]]:
    """Each client's consolidation, by the contact that the client really is."""
    twins = {row["id"]: row["contact_id"] for row in truth_lines(brokerage, "identities")}
    orders = [
        row for row in records(brokerage, "salesforce_orders") if row["Type"] == "Consolidation"
    ]
    found = {twins.get(row["BillToContactId"], row["BillToContactId"]): row for row in orders}
    assert len(found) == len(orders) > 200
    return found


def test_connected_clients_consolidate_six_times_as_readily(
    brokerage: World, moved: dict[str, dict[str, Any]]
) -> None:
    at_risk, moves = {True: 0, False: 0}, {True: 0, False: 0}
    for row in truth_lines(brokerage, "truth"):
        last = moved[row["contact_id"]]["EffectiveDate"][:7] if row["contact_id"] in moved else "9"
        if row["is_active"] and row["month"] <= last:
            at_risk[row["is_connected"]] += 1
            moves[row["is_connected"]] += row["month"] == last
    rates = {bond: moves[bond] / at_risk[bond] for bond in (True, False)}
    assert sum(moves.values()) == len(moved)
    assert rates[True] / rates[False] == pytest.approx(6, rel=0.2)


def test_an_ordinary_order_has_no_type(world: World, brokerage: World) -> None:
    assert {row["Type"] for row in records(world, "salesforce_orders")} == {None}
    assert {row["Type"] for row in records(brokerage, "salesforce_orders")} == {
        None,
        "Consolidation",
    }


def test_consolidations_leave_the_other_orders_as_they_were(
    brokerage: World, tmp_path: Path
) -> None:
    without = open_world(tmp_path, quiet(consolidates_a_month=0.0), ignore)
    ordinary = [row for row in records(brokerage, "salesforce_orders") if row["Type"] is None]
    assert records(without, "salesforce_orders") == ordinary
