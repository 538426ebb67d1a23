"""What the assertions on returns and on risk compare, on frames to be counted by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bench.truth.assertions import recovery, risk
from bench.truth.hidden import Truth
from bench.truth.returns import chance_to_return, counted_moments
from bench.truth.runs import Run
from sandbox.scenario_files import load_scenario
from tests.unit.bench.hand_made import lives, people, rows
from tests.unit.bench.hand_made import run as hand_made


def run(truth: Truth | None = None, **tables: pd.DataFrame) -> Run:
    """Return a run of the retailer."""
    made = hand_made(truth or lives({"customer_id": "c_1"}), **tables)
    made.scenario = load_scenario("retailer")
    return made


def parts(found: Any) -> dict[str, float]:
    return {each.part: each.estimate for each in found}


def moments(*given: tuple[str, str, bool, bool]) -> pd.DataFrame:
    """Return moments of customers: day, whether negative, whether counted."""
    frame = pd.DataFrame(given, columns=["customer_id", "moment_on", "is_negative", "is_counted"])
    frame["moment_on"] = pd.to_datetime(frame["moment_on"])
    return frame.assign(return_until=frame["moment_on"] + pd.Timedelta(days=60))


def heard(truth: Truth, *given: tuple[str, str, bool, bool]) -> Run:
    before = people({"customer_id": "c_1", "tier": "fully_connected"}, month="2026-02-01")
    made = run(truth, int_moments=moments(*given), int_customer_months=before)
    made.table("segment_thresholds")["return_days"] = 60
    return made


def test_a_calm_month_counts_once_and_one_with_a_negative_moment_never_as_calm() -> None:
    there = lives({"customer_id": "c_1"})
    calm = [("c_1", "2026-03-05", False, False), ("c_1", "2026-03-09", False, False)]
    assert counted_moments(heard(there, *calm))["moment_on"].dt.day.tolist() == [5]
    bad = ("c_1", "2026-03-08", True, True)
    assert counted_moments(heard(there, *calm, bad))["moment_on"].dt.day.tolist() == [8]


def test_a_moment_without_a_measured_tier_before_it_is_left_out() -> None:
    there = lives({"customer_id": "c_1"})
    assert counted_moments(heard(there, ("c_1", "2026-05-05", True, True))).empty


def test_who_is_gone_at_the_months_end_has_only_its_days_to_return() -> None:
    late = ("c_1", "2026-03-30", True, True)
    stays, goes = (
        heard(lives({"customer_id": "c_1", "hazard": hazard}), late) for hazard in (0.0, 1.0)
    )
    long, short = (
        float(chance_to_return(each, counted_moments(each)).iloc[0]) for each in (stays, goes)
    )
    # Some 0.85 orders a month in the season: 1.6 are likely in 60 days, 0.03 in one.
    assert 0.65 < long < 0.8
    assert 0.02 < short < 0.03


def returns(tier: str, *counts: int) -> dict[str, Any]:
    return {"tier": tier, **dict(zip(recovery.COUNTS, counts, strict=True))}


@pytest.fixture
def buffered() -> Run:
    """Connected customers who return as often as ever, and others who do not."""
    given = [
        returns("fully_connected", 60, 48, 300, 240),
        returns("connected_let_down", 40, 32, 100, 80),
        returns("highly_satisfied", 100, 40, 400, 320),
        returns("unmeasured", 500, 0, 500, 500),
        returns("all", 700, 120, 1300, 1140),
    ]
    return run(recovery=rows(*given, is_complete_month=True))


def test_a_gap_is_of_the_counts_of_a_group_together(buffered: Run) -> None:
    found = {group: round(gap[0], 6) for group, gap in recovery.gaps(buffered).items()}
    assert found == {"connected": 0.0, "not connected": -0.4}


def test_connection_buffers_where_the_gap_of_the_connected_is_smaller(buffered: Run) -> None:
    assert parts(recovery.return_buffer_seen(buffered)) == {
        "smaller": 1.0,
        "smaller for certain": 1.0,
        "larger for certain": 0.0,
    }


def test_more_were_to_lapse_than_did_where_the_ratio_is_above_one() -> None:
    figures = dict.fromkeys(risk.FIGURES, 0.5)
    bands = [
        {"customers": 100, "predicted_rate": 0.1, "observed_rate": 0.1, **figures},
        {"customers": 50, "predicted_rate": 0.4, "observed_rate": 0.2, **figures},
    ]
    found = run(risk_reliability=pd.DataFrame(bands))
    assert parts(risk.risk_quality(found))["expected by observed"] == pytest.approx(30 / 20)
    assert list(risk.risk_quality(run(risk_reliability=pd.DataFrame()))) == []
