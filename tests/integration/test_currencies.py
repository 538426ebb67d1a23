"""Several currencies: sums are in one of them, and what has no rate is counted, not added up."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kindred.gates.verdicts import Verdict
from tests.integration import marts_customers as people
from tests.integration.marts_built import NO_TESTS, PROJECT, Marts, customer
from tests.integration.organisations import Organisation, Records, contacts, orders, surveys

JUNE = date(2026, 6, 1)
RATES = "currency,reporting_currency,valid_from,rate\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, whose seeds a test may change."""
    copy = tmp_path_factory.mktemp("currencies") / "dbt_project"
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
    """Return orders of 100 EUR and, the day after, 15000 JPY, and costs in both."""
    bought = orders(0, [(date(2026, 6, 1), 100)], currency="EUR")
    bought += orders(1, [(date(2026, 6, 2), 15000)], currency="jpy ")
    won = contacts(1, since=date(2026, 6, 1), acquisition_cost=20, currency="EUR")
    costly = people.contact(
        1, customer_since=date(2026, 6, 1), acquisition_cost=900, currency="JPY"
    )
    return [*won, ("salesforce_contacts", costly), *surveys(0, [date(2026, 6, 3)]), *bought]


@dataclass(frozen=True)
class Built:
    """What a build left: the money of June, every mart, and who wrote each customer-month."""

    june: tuple[Any, ...]
    contents: dict[str, list[tuple[Any, ...]]]
    versions: dict[tuple[Any, ...], Any]


def built(here: Marts) -> Built:
    """Read what the last build left."""
    columns = "revenue, unconverted_orders, acquisition_cost, unconverted_costs"
    (june,) = here.rows(f"select {columns} from build.true_north where month = '{JUNE}'")
    return Built(june, here.contents(), here.versions("customer_attrition"))


@dataclass(frozen=True)
class Builds:
    """One organisation from build to build, as rates, orders and the reporting currency change."""

    without_rates: Built
    held: list[Verdict]
    warned: list[tuple[str]]
    summary: list[tuple[Any, ...]]
    values: list[tuple[Any, ...]]
    with_rates: Built
    with_rates_rebuilt: Built
    mostly_yen: Built
    mostly_yen_rebuilt: Built
    in_euros: Built


@pytest.fixture(scope="module")
def builds(
    warehouse_server: Any, parsed_copy: Callable[[], Path], project: Path
) -> Iterator[Builds]:
    """Build in each state after the other: six builds of what each test alone would need nine."""
    here = Organisation(warehouse_server, parsed_copy(), two_currencies(), project)
    here.night("--full-refresh")
    without_rates = built(here)
    warned = here.rows(
        "select rule from ops.gate_results where not is_passed and suite = 'mart_true_north'"
    )
    summary = here.rows(
        "select orders, revenue, unconverted_orders, average_order_value"
        f" from build.segment_summary where tier = 'all' and month = '{JUNE}'"
    )
    values = here.table("customer_value", "orders", "historical_value", "unconverted_orders")
    rates(project, "jpy,EUR,2026-06-01,0.006", "JPY,EUR,2026-06-03,7", "JPY,USD,2026-06-02,8")
    with_rates, with_rates_rebuilt = by_night_and_rebuilt(here)
    rates(project)
    with psycopg.connect(here.dsn) as conn:
        late = orders(0, [(date(2026, 6, 9), 500)], currency="JPY", order_id="801-late")
        people.write(conn, *late[0])
        people.mark(conn, "salesforce_orders", "003-0000", date(2026, 6, 9), 2)
    mostly_yen, mostly_yen_rebuilt = by_night_and_rebuilt(here)
    reporting(project, "EUR")
    here.build(*NO_TESTS)
    yield Builds(
        without_rates=without_rates,
        held=here.held,
        warned=warned,
        summary=summary,
        values=values,
        with_rates=with_rates,
        with_rates_rebuilt=with_rates_rebuilt,
        mostly_yen=mostly_yen,
        mostly_yen_rebuilt=mostly_yen_rebuilt,
        in_euros=built(here),
    )
    warehouse_server.empty()


def by_night_and_rebuilt(here: Organisation) -> tuple[Built, Built]:
    """Return what a night makes of a change, and what a full refresh makes of everything."""
    here.build(*NO_TESTS)
    by_night = built(here)
    here.build("--full-refresh", *NO_TESTS)
    return by_night, built(here)


def test_without_rates_one_currency_is_added_up_and_the_others_are_counted(builds: Builds) -> None:
    assert builds.held == []
    assert builds.without_rates.june == (100, 1, 20, 1)
    assert builds.summary == [(2, 100, 1, 100)]
    assert builds.values == [(1, 0, 1), (1, 100, 0)]
    assert ("every_amount_is_added_up",) in builds.warned


def test_a_rate_of_the_day_converts_and_another_rate_computes_again_whom_it_concerns(
    builds: Builds,
) -> None:
    assert builds.with_rates.june == (Decimal(190), 0, Decimal("12.7"), 0)
    before, after = builds.without_rates.versions, builds.with_rates.versions
    assert {key for key, at in after.items() if before[key] != at} == {(customer(1), JUNE)}
    assert builds.with_rates_rebuilt.contents == builds.with_rates.contents


def test_the_reporting_currency_is_the_seeds_and_else_that_of_most_orders(builds: Builds) -> None:
    assert builds.mostly_yen.june == (15500, 1, 900, 1)
    assert builds.mostly_yen_rebuilt.contents == builds.mostly_yen.contents
    assert builds.in_euros.june == (100, 2, 20, 1)
