"""Extreme amounts, dates and silences: every mart is built and gated, and says what can be said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration import marts_customers as people
from tests.integration.marts_built import MARTS, NO_TESTS, customer
from tests.integration.organisations import (
    Organisation,
    Records,
    contacts,
    conversations,
    orders,
    surveys,
)

# Each customer's orders, by month of 2026: what one row can do to every figure made of it.
AMOUNTS: dict[str, list[str]] = {
    "a cent, then ten digits": ["0.01", "10000000000"],
    "ten digits, then a cent": ["10000000000", "0.01"],
    "thirteen digits, too many, endless": ["9999999999999.99", "1e13", "1e300"],
    "a loss of thirteen digits": ["-9999999999999.99", "-1e13"],
    "nothing": ["0", "0", "0"],
    "a season of silence": ["20"],
    "tiny": ["1e-30", "0.004", "0.005"],
    "a refund of all": ["50", "-50"],
}
IMPOSSIBLE = [date(1, 1, 1), date(1970, 1, 1), date(2027, 6, 1), date(9999, 12, 31)]


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def records() -> Records:
    """Return a customer for each kind of amounts and each impossible date, and two who grow."""
    found = contacts(len(AMOUNTS), since=day(1, 1))
    for number, amounts in enumerate(AMOUNTS.values()):
        found += orders(number, [(day(1 + at, 5), each) for at, each in enumerate(amounts)])
        found += surveys(number, [day(1, 8), day(5, 8)], helps_belonging=1 + number % 7)
        found += conversations(number, [day(2, 8 + number)])
    for at, odd in enumerate(IMPOSSIBLE):
        number = len(AMOUNTS) + at
        since = people.contact(number, customer_since=odd, contract_ended_on=odd)
        found += [("salesforce_contacts", since), *orders(number, [(odd, 10), (day(3, 3), 10)])]
        if odd.year > 1:  # an instant of the first day is in the year before in some time zones
            found += [*surveys(number, [odd]), *conversations(number, [odd])]
    return found + growing(len(AMOUNTS) + len(IMPOSSIBLE))


def growing(number: int) -> Records:
    """Return two customers of two Mays and Junes: a cent grows to ten digits, 10 to 15.

    Nobody else orders in these months. The surveys are enough for the calendar to begin with them.
    """
    since = {"customer_since": date(2025, 1, 1)}
    return [
        *[("salesforce_contacts", people.contact(number + at, **since)) for at in range(2)],
        *surveys(number, [date(2025, 5, 8), date(2025, 5, 9), day(5, 8)]),
        *orders(number, [(date(2025, 5, 3), "0.01"), (day(5, 3), 10**10)]),
        *orders(number + 1, [(date(2025, 6, 3), 10), (day(6, 3), 15)]),
    ]


@pytest.fixture(scope="module")
def here(warehouse_server: Any, parsed: Path) -> Iterator[Organisation]:
    """All of them, built once."""
    made = Organisation(warehouse_server, parsed, records())
    with psycopg.connect(made.dsn) as conn:
        conn.execute(
            "update ops.loads set window_start = '2025-01-01' where window_start > '1999-1-1'"
        )
    made.night("--full-refresh")
    yield made
    warehouse_server.empty()


def test_no_amount_and_no_date_stops_the_marts(here: Organisation) -> None:
    assert here.held == []
    assert here.rows("select min(month), max(month) from build.int_months") == [
        (date(2025, 5, 1), day(6, 1))
    ]
    sums = dict(
        here.rows(
            "select customer_id, revenue_12m from build.customer_attrition"
            f" where month = '{day(6, 1)}'"
        )
    )
    by_hand = ["10000000000.01", "10000000000.01", "9999999999999.99", "-9999999999999.99"]
    by_hand += ["0", "20", "0.01", "0"]
    assert [sums[customer(at)] for at in range(len(AMOUNTS))] == list(map(Decimal, by_hand))
    assert sum(count for (count,) in here.table("true_north", "unconverted_orders")) == 3

    for mart in MARTS:
        for name, kind in here.rows(
            "select attname, format_type(atttypid, null) from pg_attribute"
            f" where attrelid = 'build.{mart}'::regclass and attnum > 0 and not attisdropped"
        ):
            if kind == "numeric":
                query = f"select count(*) from build.{mart} where {name} = 'NaN'"
                assert here.rows(query) == [(0,)], (mart, name)
    unexplained = here.rows(
        "select month from build.segment_summary"
        " where (value_index is null) = (value_index_reason is null)"
    )
    assert unexplained == []


def test_a_growth_of_a_million_and_more_is_null(here: Organisation) -> None:
    found = here.rows(
        "select month, revenue, revenue_year_ago, revenue_growth, same_customer_growth"
        f" from build.true_north where month >= '{day(5, 1)}' order by month"
    )
    assert found == [
        (day(5, 1), 10**10, Decimal("0.01"), None, None),
        (day(6, 1), 15, 10, Decimal("0.5"), Decimal("0.5")),
    ]


@pytest.mark.proof
def test_one_more_order_of_ten_digits_leaves_the_bytes_of_a_full_refresh(
    here: Organisation,
) -> None:
    """It is of April, in which the other tests look at nothing, and of none of their customers."""
    who = len(AMOUNTS)
    with psycopg.connect(here.dsn) as conn:
        people.write(conn, *orders(who, [(day(4, 9), "9999999999")], order_id="801-new")[0])
        people.mark(conn, "salesforce_orders", f"003-{who:04}", day(4, 9), 2)
    before = here.contents()
    here.build(*NO_TESTS)
    incremental = here.contents()
    assert incremental["true_north"] != before["true_north"]
    here.build("--full-refresh", *NO_TESTS)
    assert here.contents() == incremental
