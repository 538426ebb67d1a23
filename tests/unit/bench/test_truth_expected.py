"""The chances that assertions are held against, beside what the sandbox's dice really did.

The sandbox is asked through its records, never through the formulas that are repeated here: when
it changes one of them, the mean that these functions expect is no longer the mean.
"""

from __future__ import annotations

import msgspec
import numpy as np
import pandas as pd
import pytest

from bench.truth import expected, hidden
from bench.truth.hidden import Moment, Truth
from sandbox.record_store import FOREVER
from sandbox.scenario import Scenario
from sandbox.scenario_files import load_scenario
from sandbox.times import milliseconds
from sandbox.world import World, open_world

LAST = Moment("2026-10-01")  # later months lie beyond the sandbox's clock
SINCE, UNTIL = Moment("2025-07-01"), Moment("2026-07-01")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return msgspec.structs.replace(load_scenario("retailer", 2_500), seed=11)


@pytest.fixture(scope="module")
def world(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(tmp_path_factory.mktemp("worlds"), scenario, lambda _: None)


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return hidden.read(world.folder)


def records(world: World, truth: Truth, store: str, contact: str, day: str) -> pd.DataFrame:
    """Return a store's records as they are, with the state of their customer in their month."""
    held = world.stores[store]
    now = milliseconds(world.clock.now)
    found = pd.DataFrame(
        [msgspec.json.decode(held.record(at)) for at in held.find(0, FOREVER, now)]
    )
    names = {name: hidden.customer_id(name) for name in found[contact].unique()}
    found["customer_id"] = found[contact].map(names)
    found["month"] = pd.to_datetime(found[day].str[:7])
    return found.merge(truth.states, on=["customer_id", "month"])


def test_expected_revenue_is_what_orders_add_up_to(
    scenario: Scenario, world: World, truth: Truth
) -> None:
    orders = records(world, truth, "salesforce_orders", "BillToContactId", "EffectiveDate")
    orders = orders[orders["Status"] != "Cancelled"]
    chances = expected.revenue(truth, scenario).loc[:LAST]
    connected = truth.flags("is_connected").loc[chances.index] == 1
    for is_connected in (True, False):
        spent = orders.loc[orders["is_connected"] == is_connected, "TotalAmount"].sum()
        likely = chances.where(connected == is_connected, 0.0).to_numpy().sum()
        assert spent == pytest.approx(likely, rel=0.05)


def test_expected_referrals_are_how_many_there_are(
    scenario: Scenario, world: World, truth: Truth
) -> None:
    made = records(world, truth, "salesforce_referrals", "Referred_By__c", "CreatedDate")
    chances = expected.referrals(truth, scenario).loc[:LAST]
    connected = truth.flags("is_connected").loc[chances.index] == 1
    for is_connected in (True, False):
        likely = chances.where(connected == is_connected, 0.0).to_numpy().sum()
        found = (made["is_connected"] == is_connected).sum()
        assert found == pytest.approx(likely, abs=3 * np.sqrt(likely))


def test_the_chance_to_be_gone_is_how_many_are_gone(scenario: Scenario, truth: Truth) -> None:
    chance = expected.chance_gone(truth, scenario, SINCE, UNTIL)
    active = truth.flags("is_active")
    groups = {
        "there at the beginning": active.loc[SINCE] == 1,
        "gone at the beginning": (active.loc[SINCE] == 0) & (truth.joined() < SINCE),
        "joined since": (truth.joined() > SINCE) & (truth.joined() <= UNTIL),
    }
    for name, group in groups.items():
        is_gone = active.loc[UNTIL][group] == 0
        wide = 3 * np.sqrt((chance[group] * (1 - chance[group])).sum()) / group.sum()
        assert chance[group].mean() == pytest.approx(is_gone.mean(), abs=wide), name


def test_who_is_there_now_has_no_chance_to_be_gone_now(scenario: Scenario, truth: Truth) -> None:
    chance = expected.chance_gone(truth, scenario, SINCE, SINCE)
    assert (chance == 1 - truth.flags("is_active").loc[SINCE]).all()


def test_the_chance_to_stay_is_how_many_stay_without_a_break(truth: Truth) -> None:
    chance = expected.chance_to_stay(truth, SINCE, UNTIL)
    active = truth.flags("is_active").loc[SINCE:UNTIL]
    there = active.loc[SINCE] == 1
    wide = 3 * np.sqrt((chance[there] * (1 - chance[there])).sum()) / there.sum()
    stayed = active.min()[there].mean()
    assert chance[there].mean() == pytest.approx(stayed, abs=wide)
    assert stayed < (active.loc[UNTIL] == 1)[there].mean()  # some left and came back


def test_the_chance_to_detract_is_how_many_do(
    scenario: Scenario, world: World, truth: Truth
) -> None:
    answers = records(world, truth, "salesforce_survey_responses", "Contact__c", "Submitted_At__c")
    answers = answers.dropna(subset="Recommend__c")
    no_call = pd.Series(False, index=answers.index)
    chance = expected.chance_detractor(
        answers["advocacy"], answers["satisfaction"], no_call, scenario
    )
    for is_satisfied, group in answers.groupby("is_satisfied"):
        found = (group["Recommend__c"] <= 6).mean()
        wide = 3 * np.sqrt(found * (1 - found) / len(group))
        assert chance[group.index].mean() == pytest.approx(found, abs=wide), is_satisfied


def test_a_call_is_detracted_from_the_satisfaction_at_which_its_answer_rounds_to_six(
    scenario: Scenario,
) -> None:
    content = pd.Series([-1.0, 0.33, 0.34, 1.0])
    advocacy, is_call = pd.Series([0.0, 0.5, 0.5, 0.0]), pd.Series([True] * 4)
    found = expected.chance_detractor(advocacy, content, is_call, scenario)
    assert found.tolist() == [1.0, 0.5, 0.0, 0.0]


def test_a_trailing_sum_ends_with_its_month() -> None:
    months = pd.date_range("2026-01-01", periods=4, freq="MS")
    monthly = pd.DataFrame({"c_1": [1.0, 10.0, 100.0, 1000.0]}, index=months)
    assert expected.trailing(monthly, Moment("2026-03-01"), 2)["c_1"] == 110
