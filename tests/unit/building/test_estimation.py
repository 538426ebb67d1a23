"""Estimates between the two runs of dbt: from frames to frames, and what a failure may say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from kindred.building import estimation, importance, risks, worths

MONTH = "2026-06-01"


def reading(**tables: pd.DataFrame) -> Any:
    """Return a reader that finds a table by its name in the query."""

    def read(query: str) -> pd.DataFrame:
        found = [name for name in tables if f"build.{name}" in query]
        return tables[found[0]]

    return read


def ratings(customers: int = 400) -> pd.DataFrame:
    """Return ratings of three touchpoints: one drives the outcome, one a little, one nothing."""
    rng = np.random.default_rng(3)
    felt = rng.standard_normal((customers, 3))
    outcome = 50 + 10 * felt[:, 0] + 3 * felt[:, 1] + 4 * rng.standard_normal(customers)
    rows = [
        {
            "month": MONTH,
            "customer_id": f"c_{who:04}",
            "item": item,
            "rating": felt[who, at],
            "outcome": outcome[who],
        }
        for who in range(customers)
        for at, item in enumerate(("events", "parcel", "price"))
        if (who + at) % 3
    ]
    return pd.DataFrame(rows)


def drivers(scores: pd.DataFrame, stated: dict[str, float]) -> pd.DataFrame:
    """Return the weights of touchpoints with these ratings and stated importances."""
    said = [{"month": MONTH, "item": item, "importance": figure} for item, figure in stated.items()]
    read = reading(
        int_touchpoint_scores=scores,
        int_motivator_scores=scores.head(0),
        int_stated_importance=pd.DataFrame(said, columns=["month", "item", "importance"]),
        segment_thresholds=pd.DataFrame({"minimum_group": [30]}),
    )
    return importance.estimate(read)["driver_weights"].set_index("item")


def test_a_touchpoint_that_nobody_names_and_that_drives_is_a_hidden_driver() -> None:
    found = drivers(ratings(), {"events": 2.0, "parcel": 4.0, "price": 6.0})
    assert found.share["events"] > 0.8 > 0.2 > found.share["parcel"] > found.share["price"]
    assert found.quadrant.to_dict() == {
        "events": "hidden_driver",
        "parcel": "low",
        "price": "claimed",
    }
    assert found.rated["events"] == sum(who % 3 > 0 for who in range(400))
    assert found.customers.unique() == [400]


def test_an_outcome_that_is_everywhere_the_same_has_no_drivers() -> None:
    found = drivers(ratings().assign(outcome=50.0), {})
    assert "share" not in found
    assert sorted(found.index) == ["events", "parcel", "price"]


def test_a_reason_says_on_which_side_of_the_mean_a_customer_stands() -> None:
    means = {"orders_12m": 5.0}
    assert risks._finding("orders_12m", {"orders_12m": 1.0}, means) == "orders_12m_low"
    assert risks._finding("orders_12m", {"orders_12m": 9.0}, means) == "orders_12m_high"
    assert risks._finding("orders_12m_unknown", {}, means) == "orders_12m_unknown"


def test_a_month_is_numbered_and_named_alike() -> None:
    assert [risks._first_day(2025 * 12 + month) for month in (1, 12)] == [
        "2025-01-01",
        "2025-12-01",
    ]


def test_too_few_who_bought_again_have_no_expectation_and_a_reason() -> None:
    histories = pd.DataFrame(
        {
            "customer_id": ["c_1", "c_2"],
            "month": MONTH,
            "tier": "unmeasured",
            "first_day": [9000, 9100],
            "last_day": [9000, 9200],
            "today": 9300,
            "order_days": [1, 3],
            "paid_days": [1, 3],
            "paid": [20.0, 90.0],
        }
    )
    found = worths.estimate(reading(int_order_histories=histories))
    assert found["order_expectations"].empty
    assert found["value_fits"]["reason"].notna().all()
    assert found["value_fits"]["customers"].tolist() == [2]


def test_names_that_look_like_nothing_or_numbers_stay_names() -> None:
    class Copied:
        """A cursor whose COPY gives these rows."""

        def __enter__(self) -> Copied:
            return self

        def __exit__(self, *_: object) -> None:
            """End."""

        def copy(self, _: object) -> Copied:
            return self

        def cursor(self) -> Copied:
            return self

        def __iter__(self) -> Any:
            return iter([b"customer_id,item,rating\n01,None,3\n02,N/A,\n"])

    found = estimation._read(Copied(), "select 1")  # type: ignore[arg-type]
    assert found["item"].tolist() == ["None", "N/A"]
    assert found["customer_id"].tolist() == ["01", "02"]
    assert found["rating"].isna().tolist() == [False, True]


def months(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"month": names}, dtype=object)


@pytest.mark.parametrize(
    "error", [ValueError, OverflowError, KeyError, TypeError, np.linalg.LinAlgError]
)
@pytest.mark.parametrize("name", list(estimation.ESTIMATES))
def test_an_estimate_that_fails_gives_no_model_and_says_where_and_not_why(
    name: str, error: type[Exception]
) -> None:
    def fail(_: Any) -> dict[str, pd.DataFrame]:
        raise error("somebody@example.org")

    how = estimation.ESTIMATES[name]._replace(make=fail)
    tables, reason = estimation.made(how, reading(int_driver_months=months(MONTH)))
    assert reason is not None
    assert error.__name__ in reason
    assert "test_estimation.py" in reason
    assert "somebody" not in reason
    fits = {table for table in tables if table.endswith("_fits")}
    assert all(frame.empty for table, frame in tables.items() if table not in fits)
    (fit,) = fits
    assert set(tables[fit]["reason"]) == {reason}
    assert set(tables[fit]["month"]) == {MONTH}
    # What was estimated by the build before does not stay.
    tables, _ = estimation.made(how, reading(int_driver_months=months()))
    assert tables
    assert all(frame.empty for frame in tables.values())


def test_a_figure_that_cannot_be_ends_the_model_and_no_warning_does() -> None:
    def divide(_: Any) -> dict[str, pd.DataFrame]:
        value = np.array([1.0, 2.0]) / np.array([1.0, 0.0])
        return {"lapse_risks": pd.DataFrame({"probability": value})}

    how = estimation.ESTIMATES["lapse_risk"]._replace(make=divide)
    tables, reason = estimation.made(how, reading(int_driver_months=months(MONTH)))
    assert reason is not None
    assert "probability of 1 in 2 rows" in reason
    assert tables["lapse_risks"].empty
