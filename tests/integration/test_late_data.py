"""Late and changing data: who is affected, from which day on, is computed again, and nobody else.

One build of nine months; then three weeks in which each thing happens to a customer of its own,
and one more build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.histories import marts
from tests.histories.compare import differences, read
from tests.histories.ledger_checks import changes
from tests.histories.marts import customer_id
from tests.histories.nights import HistoryNights
from tests.histories.three_weeks import (
    BERLIN,
    FIRST,
    LAST,
    PEOPLE,
    ThreeWeeks,
    at,
    base,
    day,
    three_weeks,
)  # fmt: skip
from tests.histories.truth import after
from tests.histories.vendors import ChangingVendors


@pytest.fixture(scope="module")
def weeks(warehouse_server: Any, parsed_copy: Callable[[], Path]) -> Iterator[ThreeWeeks]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINDRED_TIME_ZONE", BERLIN.key)
        vendors = ChangingVendors(at(1, 15))
        weeks = ThreeWeeks(HistoryNights(warehouse_server.dsn, vendors, BERLIN, parsed_copy()))
        base(weeks)
        marts.bring(weeks.nights, "base")
        with psycopg.connect(warehouse_server.dsn("transformer"), autocommit=True) as conn:
            before = marts.customer_months(conn)
            three_weeks(weeks)
            weeks.changes = changes(conn)
            weeks.run_again([(10, 8), (10, 9), (10, 10), (10, 27), (10, 28)])
            weeks.again = changes(conn)
            weeks.cursors = {t for (t,) in conn.execute("select through from ops.cursors")}
            marts.bring(weeks.nights, "three weeks")
            weeks.due = by_person(marts.due(conn))
            now = marts.customer_months(conn)
            weeks.rewritten = by_person(
                {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
            )
        with psycopg.connect(warehouse_server.dsn("admin"), autocommit=True) as conn:
            weeks.wrong = differences(read(conn), after(vendors, weeks.ends))
        yield weeks
    warehouse_server.empty()


def by_person(rows: set[tuple[str, date]]) -> dict[str, list[int]]:
    """Return the months of 2024 by person."""
    names = {customer_id(name): name for name in PEOPLE}
    found: dict[str, list[int]] = {}
    for customer, month in sorted(rows):
        found.setdefault(names[customer], []).append(month.month)
    return found


ORDERS, SURVEYS = "salesforce_orders", "salesforce_survey_responses"
POSTS = "mastodon_statuses"


@dataclass(frozen=True)
class Case:
    """Something that happens late, whose it is, and from which month on it counts.

    `shown`: the first month whose rows it changes, 0 if none, where that is another one.
    """

    what: str
    who: tuple[str, ...]
    since: int | None
    changes: tuple[tuple[str, str, date], ...] = ()
    shown: int | None = None


CASES = (
    Case("a survey answered nine days after its call", ("ann",), 9,
         (("genesys_surveys", "ann-call", day(9, 30)),), shown=10),
    Case("a conversation rewritten after eight days", ("bob",), 10,
         (("genesys_conversations", "bob-call", day(10, 1)),), shown=0),
    Case("a record that is ten days late", ("cyd",), 9, ((ORDERS, "cyd", day(9, 30)),)),
    Case("an edit", ("dee",), 7, ((ORDERS, "dee", day(7, 2)),)),
    Case("a deletion", ("eve",), 8, ((ORDERS, "eve", day(8, 2)),)),
    Case("a deletion undone", ("fay",), 5, ((ORDERS, "fay", day(5, 2)),)),
    Case("a merged contact", ("gus", "hal"), FIRST, (
        ("salesforce_contacts", "gus", day(1, 15)),
        (ORDERS, "gus", day(2, 2)), (ORDERS, "hal", day(2, 2)),
        (SURVEYS, "gus", day(2, 2)), (SURVEYS, "hal", day(2, 2)),
    )),
    Case("a stamp 48 hours ahead, when it has come", ("ida",), 9, ((ORDERS, "ida", day(9, 2)),)),
    Case("a stamp 48 hours ahead, before it has come", ("jon",), None),
    Case("an edit after such a stamp", ("lou",), 9, ((ORDERS, "lou", day(9, 2)),)),
    Case("a leap day", ("kim",), 2, ((ORDERS, "kim", day(2, 29)),)),
    Case("the end of a month and of a day of 23 hours", ("lee",), 3,
         ((SURVEYS, "lee", day(3, 31)),)),
    Case("the beginning of the next", ("mia",), 4, ((SURVEYS, "mia", day(4, 1)),)),
    Case("both ends of a day of 25 hours", ("nia",), 10,
         ((POSTS, "nia@social.example", day(10, 27)),)),
    Case("nothing", ("oli",), None),
    Case("a like, which has no stamp", ("pam",), 10,
         ((POSTS, "pam@social.example", day(10, 5)),)),
    Case("a post and its deletion", ("quy",), 10,
         ((POSTS, "quy@social.example", day(10, 5)),), shown=0),
    Case("a commit behind the edge of its night", ("rex",), 9, ((ORDERS, "rex", day(9, 2)),)),
)  # fmt: skip
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)


def test_every_person_has_one_case() -> None:
    assert sorted(name for case in CASES for name in case.who) == list(PEOPLE)


@EACH
def test_exactly_the_changed_subjects_are_noted_with_their_first_day(weeks: ThreeWeeks, case: Case):
    noted = {each for each in weeks.changes if each[1][:3] in case.who}
    assert noted == set(case.changes)


@EACH
def test_exactly_the_customers_months_since_then_are_computed_again(weeks: ThreeWeeks, case: Case):
    assert {name: weeks.due.get(name, []) for name in case.who} == months(case, case.since)


@EACH
def test_exactly_the_rows_that_show_it_change(weeks: ThreeWeeks, case: Case):
    shown = case.since if case.shown is None else case.shown
    assert {name: weeks.rewritten.get(name, []) for name in case.who} == months(case, shown)


def months(case: Case, since: int | None) -> dict[str, list[int]]:
    """Return the months of each of its customers from one on."""
    return {name: list(range(since, LAST + 1)) if since else [] for name in case.who}


def test_running_days_again_calls_nothing_changed(weeks: ThreeWeeks):
    assert weeks.again == weeks.changes


def test_no_stamp_of_the_future_moves_a_cursor(weeks: ThreeWeeks):
    assert weeks.cursors == {weeks.ends[-1]}


def test_raw_is_what_the_vendors_promise(weeks: ThreeWeeks):
    assert weeks.wrong == []
