"""What assertions compare, on frames of a few customers whose answers can be counted by hand."""

from __future__ import annotations

import msgspec
import pandas as pd
import pytest

from bench.truth.assertions import (
    ASSERTIONS,
    Finding,
    advocacy,
    assertion,
    attrition,
    consolidation,
    drivers,
    examine,
    initiatives,
    is_null,
    nulls,
    shares,
    teams,
    value,
)
from bench.truth.assertions import agreement as agree
from bench.truth.hidden import Moment, customer_id
from bench.truth.intervals import difference, wilson
from bench.truth.runs import Run
from sandbox.scenario_files import SCENARIOS, load_scenario
from tests.unit.bench.hand_made import MONTH, YEAR_BEFORE, lives, people, rows, run

CONNECTED = {"is_connected": True, "is_satisfied": True, "tier": "fully_connected"}


@pytest.fixture
def five() -> Run:
    """Four measured customers, one of them somebody's duplicate, and one who is not measured."""
    truth = lives(
        {"customer_id": "c_1", **CONNECTED},
        {"customer_id": "c_2"},
        {"customer_id": "c_3", "is_satisfied": True, "tier": "highly_satisfied"},
        {"customer_id": "c_4", **CONNECTED},
    )
    now = people(
        {"customer_id": "c_1", "tier": "fully_connected"},
        {"customer_id": "c_twin", "tier": "fully_connected"},
        {"customer_id": "c_2", "tier": "fully_connected"},
        {"customer_id": "c_3", "tier": "highly_satisfied"},
        {"customer_id": "c_4", "tier": "unmeasured"},
    )
    before = people({"customer_id": "c_2", "tier": "not_connected"}, month=YEAR_BEFORE)
    return run(truth, int_customer_months=pd.concat([now, before]))


def only(found: list[Finding]) -> Finding:
    (one,) = found
    return one


def test_a_customer_is_named_as_the_marts_name_him() -> None:
    # printf salesforce:003A | md5sum
    assert customer_id("003A") == "c_f9abe9d5c44c2f79"


def test_a_share_is_held_against_the_same_customers_a_duplicate_being_its_owner(five: Run) -> None:
    found = only(list(shares.connected_share(five)))
    assert (found.estimate, found.low, found.high) == (0.5, 0.3, 0.7)
    assert found.truth == 0.5  # c_1 and its duplicate of four


def test_a_share_of_all_is_held_against_everybody_who_is_a_customer(five: Run) -> None:
    assert only(list(shares.connected_share_of_all(five))).truth == 0.5  # c_1 and c_4 of four


def test_a_change_is_that_between_the_measured_of_two_months(five: Run) -> None:
    found = only(list(shares.connected_share_change(five)))
    assert (found.estimate, found.truth) == (pytest.approx(0.3), 0.5)  # none of c_2 a year before


def test_a_tiers_share_is_of_all_customers_and_its_truth_of_the_measured_ones(five: Run) -> None:
    ends = {"share_low": 0.1, "share_high": 0.9, "is_suppressed": False}
    five._tables["segment_summary"] = rows(
        {"tier": "fully_connected", "share": 0.6, **ends},
        {"tier": "highly_satisfied", "share": 0.2, **ends},
        {"tier": "connected_let_down", "share": 0.01, **ends, "is_suppressed": True},
        {"tier": "all", "share": 1.0, **ends},
        {"tier": "unmeasured", "share": 0.2, **ends},
    )
    found = {each.part: each.truth for each in shares.tier_share(five)}
    assert found == {"highly_satisfied": 0.2, "fully_connected": 0.4}


def test_satisfied_is_who_is_in_a_satisfied_tier(five: Run) -> None:
    counts = {"fully_connected": 3, "highly_satisfied": 1, "not_connected": 6, "unmeasured": 90}
    given = [{"tier": tier, "customers": count} for tier, count in counts.items()]
    five._tables["segment_summary"] = rows(*given, {"tier": "all", "customers": 100})
    found = only(list(shares.satisfied_share(five)))
    assert (found.estimate, found.truth) == (0.4, 0.75)


@pytest.mark.parametrize(
    ("month", "seen"), [("2026-10-01", "2026-06-01"), ("2026-02-01", "2025-10-01")]
)
def test_leaving_is_seen_as_long_after_as_a_silence_must_last(
    five: Run, month: str, seen: str
) -> None:
    assert attrition.seen_until(five, Moment(month)) == Moment(seen)


def test_attrition_is_of_those_there_at_the_start_by_the_tier_they_had_then() -> None:
    truth = lives(
        {"customer_id": "c_1", "hazard": 1.0},
        {"customer_id": "c_2", "hazard": 0.0},
        {"customer_id": "c_3", "hazard": 1.0},
    )
    start = people(
        {"customer_id": "c_1", "tier": "fully_connected"},
        {"customer_id": "c_2", "tier": "fully_connected"},
        {"customer_id": "c_3", "tier": "unmeasured", "has_left": True},
        month=YEAR_BEFORE,
    )
    rate = {f"annual_attrition_rate{end}": 0.4 for end in ("", "_low", "_high")}
    given = [{"tier": tier, **rate} for tier in ("fully_connected", "all")]
    gone = rows(*given, is_annual_suppressed=False)
    stays = run(truth, int_customer_months=start, segment_attrition=gone)
    stays.scenario = msgspec.structs.replace(
        stays.scenario,
        behaviour=msgspec.structs.replace(stays.scenario.behaviour, return_a_month=0.0),
    )
    found = {each.part: each.truth for each in attrition.annual_attrition(stays)}
    assert found == {"fully_connected": 0.5, "all": 0.5}


def test_survival_is_of_those_who_entered_in_a_tier_over_the_year_that_can_be_seen() -> None:
    truth = lives({"customer_id": "c_1"}, {"customer_id": "c_2"}, {"customer_id": "c_3"})
    states = truth.states
    # c_1 may leave in one month of the year that is seen, c_2 in the month after it.
    seen = {"c_1": "2026-04-01", "c_2": "2026-06-01"}
    for name, month in seen.items():
        at = (states["customer_id"] == name) & (states["month"] == Moment(month))
        states.loc[at, "hazard"] = 0.5
    start = people(
        {"customer_id": "c_1", "tier": "fully_connected"},
        {"customer_id": "c_2", "tier": "fully_connected"},
        {"customer_id": "c_3", "tier": "unmeasured"},
        month=YEAR_BEFORE,
    )
    later = people(
        {"customer_id": "c_1", "tier": "not_connected"},
        {"customer_id": "c_3", "tier": "not_connected"},
    )
    curve = {"months_since": 12, "survival": 0.7, "survival_low": 0.6, "survival_high": 0.8}
    given = [{"tier": tier, **curve} for tier in ("fully_connected", "all")]
    stays = run(
        truth,
        int_customer_months=pd.concat([start, later]).assign(is_complete_month=True),
        attrition_survival=pd.DataFrame(given).assign(is_suppressed=False),
    )
    found = {each.part: each.truth for each in attrition.survival_12_months(stays)}
    # c_3 entered in the last month: nobody knows its year.
    assert found == {"fully_connected": 0.75, "all": 0.75}


def test_a_promoter_is_held_against_the_chance_of_the_month_of_the_latest_answer() -> None:
    truth = lives({"customer_id": "c_1"}, {"customer_id": "c_2"})
    july = truth.states["month"] == Moment("2026-07-01")
    truth.states.loc[july & (truth.states["customer_id"] == "c_1"), "advocacy"] = 0.9
    answers = [
        ("c_1", "a1", "2026-03-05"),
        ("c_1", "a2", "2026-07-05"),
        ("c_1", "a3", "2026-11-05"),
        ("c_2", "a4", "2025-10-31"),
    ]
    frame = pd.DataFrame(answers, columns=["customer_id", "answer_id", "answered_on"])
    frame["answered_on"] = frame["answered_at"] = pd.to_datetime(frame["answered_on"])
    there = people(
        {"customer_id": "c_1", "tier": "fully_connected"},
        {"customer_id": "c_2", "tier": "fully_connected"},
    )
    found = advocacy.latest_answers(run(truth, int_customer_months=there, int_nps_answers=frame))
    assert found["advocacy"].to_dict() == {"c_1": 0.9}


def test_a_value_index_is_of_expected_revenue_with_the_highly_satisfied_as_hundred(
    five: Run,
) -> None:
    tiers = ["fully_connected", "highly_satisfied", "unmeasured", "all"]
    index = {"value_index": 150.0, "value_index_low": 120.0, "value_index_high": 190.0}
    five._tables["segment_summary"] = rows(
        *({"tier": tier, **index} for tier in tiers), is_suppressed=False
    )
    effects = five.scenario.effects
    whole = effects.order_rate * effects.spend * effects.satisfied_order_rate
    worth = (2 * whole + 1) / 3 / effects.satisfied_order_rate  # c_1 twice, c_2 is no such
    found = only(list(value.value_index(five)))
    assert (found.part, found.truth) == ("fully_connected", pytest.approx(100 * worth))
    planted = only(list(value.value_index_planted(five)))
    assert planted.truth == pytest.approx(100 * effects.order_rate * effects.spend)


def test_kappa_is_of_the_measured_customers(five: Run) -> None:
    segments = five.customers.reset_index()[["customer_id", "month", "tier"]]
    segments["is_connected"] = segments["tier"] == "fully_connected"
    five._tables["customer_segments"] = segments
    # Four measured: three agree, one who is called connected is not.
    found = only(list(agree.kappa_connected(five)))
    assert found.estimate == pytest.approx(0.5)


def test_an_interval_of_no_effect_holds_nothing() -> None:
    given = [
        {"tier": tier, "annual_attrition_rate": 0.3, "annual_attrition_rate_low": 0.2,
         "annual_attrition_rate_high": 0.4, "is_annual_suppressed": False}
        for tier in ("fully_connected", "highly_satisfied")
    ]  # fmt: skip
    found = only(
        list(
            nulls.no_effect_on_attrition(
                run(lives({"customer_id": "c_1"}), segment_attrition=rows(*given))
            )
        )
    )
    assert (found.estimate, found.truth) == (0, 0)
    assert found.low == pytest.approx(-(0.02**0.5))
    assert found.high == pytest.approx(0.02**0.5)


def test_recovery_of_a_year_is_added_up_over_its_months() -> None:
    counts = {"moments": 10, "returned": 5, "calm_moments": 20, "calm_returned": 15}
    given = [{"tier": tier, **counts} for tier in ("fully_connected", "highly_satisfied")]
    year = [rows(*given, month=month) for month in (YEAR_BEFORE, "2025-11-01", MONTH)]
    found = only(
        list(
            nulls.no_effect_on_recovery(
                run(lives({"customer_id": "c_1"}), recovery=pd.concat(year))
            )
        )
    )
    gap = difference(wilson(10, 20), wilson(30, 40))
    assert (found.estimate, found.truth) == (0, 0)
    assert (found.low, found.high) == pytest.approx(difference(gap, gap)[1:], abs=1e-6)


def test_derived_importance_is_held_against_planted_weights_by_rank() -> None:
    points = load_scenario("tiny").touchpoints
    ranked = sorted(points, key=lambda point: point.drives)
    given = [
        {
            "touchpoint": point.name,
            "derived_importance": at,
            "stated_importance": -at,
            "quadrant": "hidden_driver" if point.name in ("community_events", "price") else "low",
            "is_quadrant_certain": point.name == "price",
        }
        for at, point in enumerate(ranked)
    ]
    frame = pd.DataFrame(given).assign(is_latest=True, is_suppressed=False)
    made = run(lives({"customer_id": "c_1"}), touchpoint_importance=frame)
    assert only(list(drivers.touchpoint_ranks(made))).estimate > 0.95
    assert only(list(drivers.stated_ranks(made))).estimate < -0.95
    # Planted so: community_events, found, and packaging, not. Certain is price, which is none.
    found = {each.part: each.estimate for each in drivers.hidden_drivers(made)}
    assert found == {"found": 0.5, "right": 0.0}


def test_an_initiatives_hidden_effect_is_compared_within_strata() -> None:
    names = ["c_1", "c_2", "c_3", "c_4", "c_5", "c_6"]
    truth = lives(*({"customer_id": name} for name in names))
    after = truth.states["month"] >= Moment("2025-11-01")
    for name in ("c_1", "c_3", "c_5"):
        truth.states.loc[after & (truth.states["customer_id"] == name), "is_connected"] = True
    same = {"initiative": "evenings", "cohort": "after", "is_placebo": False, "tier": "unmeasured"}
    bands = {"orders_band": 0, "tenure_band": 0}
    reached = [{"customer_id": name, "is_reached": name in ("c_1", "c_2")} for name in names]
    customers = pd.DataFrame(reached).assign(**same, **bands)
    customers.loc[customers["customer_id"] == "c_6", "orders_band"] = 4  # nobody like that one
    made = run(
        truth,
        int_initiative_customers=customers,
        int_initiative_scores=customers[["initiative", "customer_id", "is_placebo"]],
        int_initiatives=pd.DataFrame(
            [{"initiative": "evenings", "start_month": Moment("2025-11-01")}]
        ),
        impact_rules=pd.DataFrame([{"minimum_stratum": 2}]),
    )
    # One of two reached gained, two of the three others who are like them.
    assert initiatives.hidden_effect(made, "evenings", 6) == pytest.approx(1 / 2 - 2 / 3)


def test_who_has_consolidated_before_the_year_is_no_more_likely_to() -> None:
    truth = lives(
        {"customer_id": "c_1", **CONNECTED}, {"customer_id": "c_2"}, {"customer_id": "c_3"}
    )
    there = people(
        {"customer_id": "c_1", "tier": "fully_connected"},
        {"customer_id": "c_2", "tier": "fully_connected"},
        {"customer_id": "c_3", "tier": "highly_satisfied"},
        month=YEAR_BEFORE,
    )
    ends = {"times_as_likely": 3.0, "times_as_likely_low": 1.0, "times_as_likely_high": 9.0}
    made = run(
        truth,
        int_customer_months=there,
        int_consolidations=pd.DataFrame(
            [{"customer_id": "c_2", "consolidated_on": Moment("2025-10-31")}]
        ),
        segment_consolidation=rows({"tier": "fully_connected", **ends}, is_suppressed=False),
    )
    made.scenario = load_scenario("brokerage")
    monthly = made.scenario.behaviour.consolidates_a_month
    odds = (1 - (1 - 6 * monthly) ** 12) / (1 - (1 - monthly) ** 12)
    assert only(list(consolidation.consolidation_ratio(made))).truth == pytest.approx(odds)
    assert only(list(consolidation.consolidation_ratio_planted(made))).truth == 6


def test_teams_are_ranked_over_windows_that_share_no_conversation() -> None:
    made = run(lives({"customer_id": "c_1"}), empathy_rules=pd.DataFrame([{"window_months": 3}]))
    warmer = [
        rows(
            {"team": "q0", "mean_shift": 0.4, "conversations": 10},
            {"team": "q1", "mean_shift": shift, "conversations": 30},
            month=month,
        )
        for month, shift in ((MONTH, 0.1), ("2026-09-01", 0.9), ("2026-07-01", 0.3))
    ]
    made._tables["team_empathy"] = pd.concat(warmer)
    assert teams._shifts(made) == {"q0": pytest.approx(0.4), "q1": pytest.approx(0.2)}
    made.scenario = load_scenario("retailer")
    assert only(list(teams.team_ranks(made))).estimate == pytest.approx(1)


def test_a_null_is_known_by_its_effects_and_not_by_its_name() -> None:
    names = {file.stem for file in SCENARIOS.glob("*.yml")}
    nulls_found = {name for name in names if is_null(load_scenario(name))}
    assert nulls_found == {name for name in names if name.startswith("null")} != set()


def test_a_claim_that_cannot_be_made_in_a_scenario_is_not_examined(
    five: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_one = {
        "connected_share": ASSERTIONS["connected_share"],
        "null": ASSERTIONS["no_effect_on_value"],
    }
    monkeypatch.setattr("bench.truth.assertions.registry.ASSERTIONS", only_one)
    assert list(examine(five)) == ["connected_share"]


def test_a_figure_that_the_marts_do_not_have_is_no_finding() -> None:
    assert not Finding("all", float("nan"), 0.5, 0.1, 0.9).is_known
    assert Finding("all", 0.5).is_known


def test_a_name_belongs_to_one_claim() -> None:
    with pytest.raises(ValueError, match="connected_share"):
        assertion("connected_share", "Again.")(shares.connected_share)


@pytest.mark.parametrize("name", ASSERTIONS)
def test_every_claim_says_what_it_is_about_in_a_sentence(name: str) -> None:
    said = ASSERTIONS[name].estimand
    assert said[0].isupper()
    assert said.endswith(".")
    assert "  " not in said
