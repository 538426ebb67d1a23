"""What connection, motivators and touchpoints are worth, by a second route straight from raw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest

from tests.integration.marts_built import Marts, seed
from tests.integration.marts_second_route import SecondRoute

JUNE, JULY, YEAR_BEFORE = date(2026, 6, 1), date(2026, 7, 1), date(2025, 7, 1)
MOTIVATORS = ("belonging", "confidence_in_future", "well_being", "thrill")


@pytest.fixture(scope="module")
def worth(
    warehouse_server: Any, first_night: Callable[[], Marts]
) -> Iterator[tuple[Marts, SecondRoute]]:
    """Marts of a first night, and the second route over the same raw."""
    built = first_night()
    yield built, SecondRoute(built.dsn, seed("segment_thresholds"), seed("lapse_rules"))
    warehouse_server.empty()


@pytest.fixture(scope="module")
def june(worth: tuple[Marts, SecondRoute]) -> pd.DataFrame:
    """The customers of June, by the second route."""
    route = worth[1]
    found = route.month(JUNE, JULY, date(2026, 6, 30))
    return found[~found.has_left | (found.orders > 0)]


def customer_id(contact: str) -> str:
    return "c_" + hashlib.md5(f"salesforce:{contact}".encode()).hexdigest()[:16]  # noqa: S324


def answers(marts: Marts, query: str, at: str) -> pd.DataFrame:
    """Return rows of raw of the year before July."""
    with psycopg.connect(marts.dsn) as conn:
        cursor = conn.execute(query)
        names = [column.name for column in cursor.description or ()]
        found = pd.DataFrame(cursor.fetchall(), columns=names)
    days = found[at].dt.tz_convert("UTC").dt.date
    return found[(days >= YEAR_BEFORE) & (days < JULY)]


def test_the_value_index_is_the_ratio_of_mean_revenues(
    worth: tuple[Marts, SecondRoute], june: pd.DataFrame
) -> None:
    means = june.groupby("tier").revenue_12m.mean()
    rows = worth[0].rows(
        "select tier, value_12m, value_index from build.segment_summary"
        f" where month = '{JUNE}' and tier <> 'all'"
    )
    assert len(rows) >= 4
    for tier, value, index in rows:
        assert float(value) == pytest.approx(means[tier], abs=0.006)
        assert float(index) == pytest.approx(
            100 * means[tier] / means["highly_satisfied"], abs=0.006
        )


def test_historical_value_is_the_sum_of_a_customers_orders(
    worth: tuple[Marts, SecondRoute],
) -> None:
    marts, route = worth
    rows = marts.rows(
        "select customer_id, orders, historical_value, first_order_on, last_order_on"
        " from build.customer_value"
    )
    found = {row[0]: row[1:] for row in rows}
    bought = 0
    for contact in route.customers.index:
        orders = route.orders_of(contact, date.min, JULY)
        if orders.empty:
            assert customer_id(contact) not in found
            continue
        bought += 1
        days = orders.ordered_on
        assert found[customer_id(contact)] == (
            len(orders), orders.amount.sum(), days.min(), days.max()
        )  # fmt: skip
    assert bought == len(found) > 200


def test_a_motivators_correlation_with_value_is_numpys(
    worth: tuple[Marts, SecondRoute], june: pd.DataFrame
) -> None:
    marts = worth[0]
    told = answers(marts, "select * from raw.salesforce_survey_responses", "submitted_at")
    rows = marts.rows(
        "select motivator, customers, fulfilment, value_correlation, value_correlation_low"
        " from build.motivator_value where tier = 'all' order by motivator"
    )
    assert [row[0] for row in rows] == sorted(MOTIVATORS)
    for motivator, customers, fulfilment, correlation, low in rows:
        items = told.dropna(subset=[f"helps_{motivator}"])
        mean = (items.groupby("contact_id")[f"helps_{motivator}"].mean() - 1) * 100 / 6
        both = june.join(mean.rename("fulfilment"), how="inner")
        assert customers == len(both) > 100
        assert float(fulfilment) == pytest.approx(both.fulfilment.mean(), abs=1e-4)
        wanted = np.corrcoef(both.fulfilment, both.revenue_12m)[0, 1]
        assert float(correlation) == pytest.approx(wanted, abs=2e-6)
        fisher = np.tanh(np.arctanh(wanted) - 1.959964 / np.sqrt(len(both) - 3))
        assert float(low) == pytest.approx(fisher, abs=1e-5)


def test_stated_importance_is_the_mean_of_each_customers_mean(
    worth: tuple[Marts, SecondRoute],
) -> None:
    marts, route = worth
    told = answers(marts, "select * from raw.salesforce_touchpoint_ratings", "rated_at")
    told = told[told.contact_id.isin(route.customers.index)]
    rows = marts.rows(
        "select touchpoint, customers_stated, stated_importance, reach, derived_importance"
        " from build.touchpoint_importance where is_latest"
    )
    assert {row[0] for row in rows} == {"store_visit", "price", "packaging"}
    for touchpoint, customers, stated, reach, _ in rows:
        given = told[told.touchpoint == touchpoint].dropna(subset=["importance"])
        means = given.groupby("contact_id").importance.apply(lambda own: own.astype(float).mean())
        assert customers == len(means) > 50
        assert float(stated) == pytest.approx(means.mean(), abs=1e-4)
        assert 0 < reach < 1
    shares = [float(row[4]) for row in rows]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert max(rows, key=lambda row: row[4])[0] == "store_visit", "love drives connection here"
