"""The hidden state causes the evidence, as the scenario says, and the truth file tells it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from sandbox.generation import generate
from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario
from sandbox.simulation.population import Population, populate
from sandbox.world import World
from tests.unit.sandbox.asking import ignore, records, truth_lines


@pytest.fixture(scope="module")
def retailer() -> Population:
    return populate(load_scenario("retailer"))


def test_the_share_of_connected_customers_moves_from_21_to_26_percent(
    retailer: Population,
) -> None:
    first, last = (retailer.connected[month][retailer.active[month]].mean() for month in (0, 23))
    assert first == pytest.approx(0.21, abs=0.002)
    assert last == pytest.approx(0.26, abs=0.002)


def test_attrition_and_advocacy_of_the_retailer_take_their_published_course() -> None:
    large = populate(structs.replace(load_scenario("retailer"), customers=40_000))
    gone = [1 - large.active[at + 12][large.active[at]].mean() for at in (0, 12)]
    assert gone == pytest.approx([0.37, 0.33], abs=0.012)
    acts = [large.advocacy[at][large.active[at]].mean() for at in (0, 23)]
    assert acts == pytest.approx([0.24, 0.30], abs=0.005)
    assert large.active[23].sum() / large.active[0].sum() == pytest.approx(1.15, abs=0.03)


def test_a_bad_moment_drives_hotel_guests_away_and_the_connected_less() -> None:
    hotel = populate(load_scenario("hotel"))
    leaving = {
        (bond, bad): hotel.leaves[
            hotel.active & (hotel.connected == bond) & (hotel.negative == bad)
        ].mean()
        for bond in (True, False)
        for bad in (True, False)
    }
    assert leaving[False, True] > 6 * leaving[False, False]
    assert leaving[True, True] < 0.5 * leaving[False, True]


def test_connected_customers_leave_less_and_advocate_more(retailer: Population) -> None:
    bound, loose = retailer.active & retailer.connected, retailer.active & ~retailer.connected
    assert retailer.leaves[bound].mean() < 0.65 * retailer.leaves[loose].mean()
    assert retailer.advocacy[bound].mean() > 1.5 * retailer.advocacy[loose].mean()


def test_where_connection_causes_nothing_the_connected_leave_as_others_do() -> None:
    null = populate(load_scenario("null"))
    bound, loose = null.active & null.connected, null.active & ~null.connected
    for cause in (null.hazard, null.advocacy):
        assert cause[bound].mean() == pytest.approx(float(cause[loose].mean()), rel=0.03)


def test_connected_customers_order_more(world: World) -> None:
    truth = truth_lines(world, "truth")
    active = {(row["contact_id"], row["month"]): row for row in truth if row["is_active"]}
    ordered: dict[bool, int] = {True: 0, False: 0}
    for order in records(world, "salesforce_orders"):
        row = active.get((order["BillToContactId"], order["EffectiveDate"][:7]))
        if row is not None:
            ordered[row["is_connected"]] += 1
    months = {
        flag: sum(row["is_connected"] is flag for row in active.values()) for flag in (True, False)
    }
    assert ordered[True] / months[True] > 1.1 * ordered[False] / months[False]


def test_motivator_items_follow_connection(world: World) -> None:
    truth = {
        (row["contact_id"], row["month"]): row["connection"] for row in truth_lines(world, "truth")
    }
    pairs = [
        (truth[row["Contact__c"], row["Submitted_At__c"][:7]], row["Helps_Belonging__c"])
        for row in records(world, "salesforce_survey_responses")
        if row["Helps_Belonging__c"] is not None
    ]
    assert len(pairs) > 30
    assert np.corrcoef(np.array(pairs).T)[0, 1] > 0.5


def test_the_same_seed_makes_the_same_bytes(
    scenario: Scenario, world: World, tmp_path: Path
) -> None:
    generate(tmp_path, scenario, ignore)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (world.folder / path.name).read_bytes(), path.name


def test_truth_names_every_customer_once_a_month(world: World) -> None:
    rows = truth_lines(world, "truth")
    keys = [(row["contact_id"], row["month"]) for row in rows]
    assert len(keys) == len(set(keys))
    twins = {row["id"] for row in truth_lines(world, "identities") if row["kind"] == "contact"}
    bought = {order["BillToContactId"] for order in records(world, "salesforce_orders")}
    assert {row["contact_id"] for row in rows} >= bought - twins
