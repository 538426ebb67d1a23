"""Small and young organisations publish: rows of zeros and nulls with their reason, no hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration import marts_customers as people
from tests.integration.organisations import (
    Organisation,
    Records,
    contacts,
    conversations,
    orders,
    surveys,
)

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def five_customers() -> Records:
    """Five customers and two months of data: four answered, two conversations, ten orders."""
    bought = [orders(n, [(day(5, 3 + n), 20), (day(6, 3 + n), 30)]) for n in range(5)]
    answered = [surveys(n, [day(5, 9)]) for n in range(1, 5)]
    return sum([*bought, *answered], contacts(5) + conversations(1, [day(5, 5), day(6, 20)]))


def a_gap() -> Records:
    """One customer leaves in February, the next comes in May."""
    return [
        *contacts(1, contract_ended_on=day(2, 10)),
        ("salesforce_contacts", people.contact(1, customer_since=day(5, 2))),
        *surveys(0, [day(1, 5), day(1, 9)]),
        *orders(1, [(day(5, 5), "0.01"), (day(6, 5), 10**10)]),
    ]


def one_customer() -> Records:
    """One customer and one month, with orders in the only currency there is and in none."""
    return [
        *contacts(1, since=day(6, 1)),
        *surveys(0, [day(6, 3), day(6, 5)]),
        *orders(0, [(day(6, 4), "100.00")]),
        *orders(0, [(day(6, 5), "0.015")], currency="EUR", order_id="801-euro"),
    ]


ORGANISATIONS: dict[str, Callable[[], Records]] = {
    "one customer and one month": one_customer,
    "no survey and no conversation": lambda: [
        *contacts(5, since=day(3, 2)),
        *orders(1, [(day(4, 1), 10)]),
    ],
    "no orders": lambda: [*contacts(5), *surveys(1, [day(2, 3), day(2, 5)])],
    "no customer yet": lambda: [*contacts(3, since=date(2027, 1, 1)), *surveys(0, [day(1, 5)])],
    "no record at all": list,
    "a gap": a_gap,
    "five customers": five_customers,
}


# The others lack a part of what these lack, or all of it, as the organisation without a record.
ALWAYS = ("one customer and one month", "no record at all", "a gap", "five customers")


@pytest.fixture(scope="module")
def here(
    request: pytest.FixtureRequest, warehouse_server: Any, parsed: Path
) -> Iterator[Organisation]:
    """One of the organisations, built; tests of the same one share it."""
    made = Organisation(warehouse_server, parsed, ORGANISATIONS[request.param]())
    made.night("--full-refresh")
    yield made
    warehouse_server.empty()


def of(name: str) -> pytest.MarkDecorator:
    """Give a test one organisation."""
    return pytest.mark.parametrize("here", [name], indirect=True)


@pytest.mark.parametrize(
    "here",
    [
        name if name in ALWAYS else pytest.param(name, marks=pytest.mark.proof)
        for name in ORGANISATIONS
    ],
    indirect=True,
)
def test_a_small_organisation_passes_its_gates(here: Organisation) -> None:
    assert here.held == []
    ((months,),) = here.rows(
        "select 12 * date_part('year', age(max(month), min(month)))"
        " + date_part('month', age(max(month), min(month))) + 1 from build.true_north"
    )
    assert here.rows("select count(*) from build.true_north") == [(months,)]
    unexplained = here.rows(
        "select month from build.true_north where expected_value_12m is null"
        " and expected_value_reason is null union all"
        " select month from build.segment_summary"
        " where (value_index is null) = (value_index_reason is null)"
    )
    assert unexplained == []


@of("one customer and one month")
def test_orders_without_a_currency_are_in_the_only_one_there_is(here: Organisation) -> None:
    money = here.table("true_north", "revenue", "unconverted_orders")
    assert money == [(Decimal("100.02"), 0)]
    assert here.rows("select sum(amount)::text from build.int_sales") == [("100.015",)]


@of("a gap")
def test_a_month_in_which_nobody_was_a_customer_is_a_row_of_zeros(here: Organisation) -> None:
    found = here.table(
        "true_north", "month", "active_customers", "revenue", "connected_share", "advocacy_rate"
    )
    nothing = (0, Decimal(0), None, None)
    assert found[1:4] == [(day(month, 1), *nothing) for month in (2, 3, 4)]
    assert [row[1] for row in found] == [1, 0, 0, 0, 1, 1]
    assert found[5][2] == Decimal(10**10)
    assert here.table("segment_summary", "month", "tier", "customers", "share", "is_suppressed")[
        2:5
    ] == [(day(month, 1), "all", 0, None, True) for month in (2, 3, 4)]
    reasons = dict(here.table("segment_summary", "month", "value_index_reason"))
    assert reasons[day(3, 1)] == "nobody was a customer"


@of("five customers")
def test_five_customers_have_the_figures_that_a_hand_finds(here: Organisation) -> None:
    # Four of five answered 6 of 7 on a key motivator: (6 - 1) * 100 / 6 = 83.3 of 100, connected.
    assert here.table(
        "true_north",
        "month",
        "active_customers",
        "new_customers",
        "revenue",
        "unconverted_orders",
        "connected_share",
        "measured_share",
        "attrition_rate",
        "repeat_rate",
        "historical_clv",
        "revenue_growth",
    ) == [
        (MAY, 5, 0, 100, 0, 1, Decimal("0.8"), None, 0, 20, None),
        (JUNE, 5, 0, 150, 0, 1, Decimal("0.8"), 0, 1, 50, None),
    ]
    summary = here.table(
        "segment_summary", "month", "tier", "customers", "orders", "revenue", "average_order_value"
    )
    assert summary == [
        (MAY, "all", 5, 5, 100, 20),
        (MAY, "fully_connected", 4, 4, 80, 20),
        (MAY, "unmeasured", 1, 1, 20, 20),
        (JUNE, "all", 5, 5, 150, 30),
        (JUNE, "fully_connected", 4, 4, 120, 30),
        (JUNE, "unmeasured", 1, 1, 30, 30),
    ]
    assert here.table("segment_attrition", "month", "tier", "customers_at_start") == [
        (JUNE, "all", 5),
        (JUNE, "fully_connected", 4),
        (JUNE, "unmeasured", 1),
    ]
    assert here.table("segment_advocacy", "tier", "nps", "nps_answers", "month")[-2:] == [
        ("unmeasured", None, 0, MAY),
        ("unmeasured", None, 0, JUNE),
    ]
    reasons = here.table("customer_value", "expected_value_reason", "historical_value")
    assert reasons == [("5 customers ordered again, of 100 needed", 50)] * 5
    assert here.rows("select count(*) from build.attrition_risk") == [(0,)]
    ((risk,),) = here.rows(f"select lapse_risk_reason from build.true_north where month = '{JUNE}'")
    assert risk == "no month has a known outcome yet"
