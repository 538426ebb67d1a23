"""Several currencies: sums are in one of them, and what has no rate is counted, not added up."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration import marts_customers as people
from tests.integration.marts_built import NO_TESTS, PROJECT, Marts, customer
from tests.integration.organisations import Organisation, Records, contacts, orders, surveys

JUNE = date(2026, 6, 1)
RATES = "currency,reporting_currency,valid_from,rate\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, whose seeds a test may change."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    return copy


def rates(project: Path, *rows: str) -> None:
    """Write the rates that there are."""
    (project / "seeds" / "common" / "currency_rates.csv").write_text(
        RATES + "".join(f"{row}\n" for row in rows)
    )


def reporting(project: Path, currency: str) -> None:
    """Name the currency that money is added up in."""
    path = project / "seeds" / "presets" / "retail" / "reporting_rules.csv"
    path.write_text(path.read_text().replace("\n,", f"\n{currency},"))


def two_currencies() -> Records:
    """The orders of ../shared/cases/13: 100 EUR and, the day after, 15000 JPY; costs in both."""
    bought = orders(0, [(date(2026, 6, 1), 100)], currency="EUR")
    bought += orders(1, [(date(2026, 6, 2), 15000)], currency="jpy ")
    won = contacts(1, since=date(2026, 6, 1), acquisition_cost=20, currency="EUR")
    costly = people.contact(
        1, customer_since=date(2026, 6, 1), acquisition_cost=900, currency="JPY"
    )
    return [*won, ("salesforce_contacts", costly), *surveys(0, [date(2026, 6, 3)]), *bought]


def june(here: Marts) -> tuple[Any, ...]:
    """Return the money of June."""
    columns = "revenue, unconverted_orders, acquisition_cost, unconverted_costs"
    (found,) = here.rows(f"select {columns} from build.true_north where month = '{JUNE}'")
    return found


def test_without_rates_one_currency_is_added_up_and_the_others_are_counted(
    warehouse: Any, parsed: Path
) -> None:
    here = Organisation(warehouse, parsed, two_currencies())
    assert here.night("--full-refresh") == []
    assert june(here) == (100, 1, 20, 1)
    assert here.rows(
        "select orders, revenue, unconverted_orders, average_order_value"
        f" from build.segment_summary where tier = 'all' and month = '{JUNE}'"
    ) == [(2, 100, 1, 100)]
    assert here.table("customer_value", "orders", "historical_value", "unconverted_orders") == [
        (1, 0, 1),
        (1, 100, 0),
    ]
    warned = here.rows(
        "select rule from ops.gate_results where not is_passed and suite = 'mart_true_north'"
    )
    assert ("every_amount_is_added_up",) in warned


def test_a_rate_of_the_day_converts_and_another_rate_computes_again_whom_it_concerns(
    warehouse: Any, tmp_path: Path, project: Path
) -> None:
    here = Organisation(warehouse, tmp_path / "target", two_currencies())
    here.project = project
    here.build("--full-refresh", *NO_TESTS)
    before = here.versions("customer_attrition")
    rates(
        project,
        "jpy,EUR,2026-06-01,0.006",
        "JPY,EUR,2026-06-03,7",
        "JPY,USD,2026-06-02,8",
    )
    here.build(*NO_TESTS)
    assert june(here) == (Decimal(190), 0, Decimal("12.7"), 0)
    rewritten = {
        key for key, at in here.versions("customer_attrition").items() if before[key] != at
    }
    assert rewritten == {(customer(1), JUNE)}
    incremental = here.contents()
    here.build("--full-refresh", *NO_TESTS)
    assert here.contents() == incremental


def test_the_reporting_currency_is_the_seeds_and_else_that_of_most_orders(
    warehouse: Any, tmp_path: Path, project: Path
) -> None:
    here = Organisation(warehouse, tmp_path / "target", two_currencies())
    here.project = project
    here.build("--full-refresh", *NO_TESTS)
    with psycopg.connect(here.dsn) as conn:
        late = orders(0, [(date(2026, 6, 9), 500)], currency="JPY", order_id="801-late")
        people.write(conn, *late[0])
        people.mark(conn, "salesforce_orders", "003-0000", date(2026, 6, 9), 2)
    here.build(*NO_TESTS)
    assert june(here) == (15500, 1, 900, 1)
    incremental = here.contents()
    here.build("--full-refresh", *NO_TESTS)
    assert here.contents() == incremental
    reporting(project, "EUR")
    here.build(*NO_TESTS)
    assert june(here) == (100, 2, 20, 1)


def test_orders_without_a_currency_are_in_the_only_one_there_is(
    warehouse: Any, parsed: Path
) -> None:
    bought = orders(0, [(date(2026, 6, 1), "100.00")])
    bought += orders(1, [(date(2026, 6, 2), "0.015")], currency="EUR")
    here = Organisation(warehouse, parsed, [*contacts(2), *surveys(0, [JUNE]), *bought])
    here.build("--full-refresh", *NO_TESTS)
    assert june(here)[:2] == (Decimal("100.02"), 0)
    assert here.rows("select sum(amount)::text from build.int_sales") == [("100.015",)]
