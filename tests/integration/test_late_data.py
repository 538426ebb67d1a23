"""Late and changing data: who is affected, from which day on, is computed again, and nobody else.

One base of nine months and one build of it; then three weeks in which each thing happens to a
customer of its own, and one more build. All of it in Berlin, over a leap day, a day of 23 hours
that ends a month and a day of 25.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from kindred.loads import Window
from kindred.sources import SOURCES
from kindred.tasks.surroundings import Run
from tests.histories import marts
from tests.histories.compare import differences, read
from tests.histories.ledger_checks import changes
from tests.histories.marts import customer_id
from tests.histories.nights import Nights
from tests.histories.truth import after
from tests.histories.vendors import ChangingVendors

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = (
    "ann", "bob", "cyd", "dee", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "lee", "lou",
    "mia", "nia", "oli", "pam", "quy", "rex",
)  # fmt: skip
FIRST, LAST = 2, 10  # the months of the calendar: surveys began in February


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def day(month: int, number: int) -> date:
    return date(2024, month, number)


@dataclass
class Told:
    """What the warehouse said of the three weeks."""

    nights: Nights
    ends: list[datetime] = field(default_factory=list)
    changes: list[tuple[str, str, date]] = field(default_factory=list)
    again: list[tuple[str, str, date]] = field(default_factory=list)
    cursors: set[datetime] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    due: dict[str, list[int]] = field(default_factory=dict)
    rewritten: dict[str, list[int]] = field(default_factory=dict)

    def night(self, moment: datetime) -> None:
        """Run the night that ends with the day of `moment`."""
        self.nights.vendors.until(moment)
        self.nights.night()
        self.ends.append(self.nights.vendors.now)

    def run_again(self, days: list[tuple[int, int]]) -> None:
        """Run nights of single days and their range once more: reruns, and backfills."""
        windows = [self.nights.day_before(at(*each, 0)) for each in days]
        whole = Window(windows[0].start, windows[-1].end)
        for source in SOURCES:
            for window in windows:
                run_id = f"night {window.end:%Y-%m-%d}"
                self.nights.ingest(source, Run(run_id, window, is_retry=True))
                self.nights.ingest(source, Run(f"day {window.end}", window, is_backfill=True))
            self.nights.ingest(source, Run("range", whole, is_backfill=True))


@pytest.fixture(scope="module")
def told(warehouse_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINDRED_TIME_ZONE", BERLIN.key)
        vendors = ChangingVendors(at(1, 15))
        target = tmp_path_factory.mktemp("dbt")
        told = Told(Nights(warehouse_server.dsn, vendors, BERLIN, target))
        base(told)
        marts.bring(told.nights, "base")
        with psycopg.connect(warehouse_server.dsn("transformer"), autocommit=True) as conn:
            before = marts.customer_months(conn)
            three_weeks(told)
            told.changes = changes(conn)
            told.run_again([(10, 8), (10, 9), (10, 10), (10, 27), (10, 28)])
            told.again = changes(conn)
            told.cursors = {t for (t,) in conn.execute("select through from ops.cursors")}
            marts.bring(told.nights, "three weeks")
            told.due = by_person(marts.due(conn))
            now = marts.customer_months(conn)
            told.rewritten = by_person(
                {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
            )
        with psycopg.connect(warehouse_server.dsn("admin"), autocommit=True) as conn:
            told.wrong = differences(read(conn), after(vendors, told.ends))
        yield told
    warehouse_server.empty()


def by_person(rows: set[tuple[str, date]]) -> dict[str, list[int]]:
    """Return the months of 2024 by person."""
    names = {customer_id(name): name for name in PEOPLE}
    found: dict[str, list[int]] = {}
    for customer, month in sorted(rows):
        found.setdefault(names[customer], []).append(month.month)
    return found


def base(told: Told) -> None:
    """Tell nine months: an order a month, a survey in February, and what the cases start from."""
    vendors = told.nights.vendors
    for name in PEOPLE:
        vendors.contact(name)
    for month in range(FIRST, LAST + 1):
        if month == LAST:
            vendors.until(at(9, 30, 23, 40))
            vendors.call("ann-call", by="ann")  # it began at 23:30
            vendors.until(at(10, 1, 0, 40))
            vendors.call("bob-call", by="bob")  # it began at 0:30
        vendors.until(at(month, 2))
        for name in PEOPLE:
            vendors.order(f"{name}-{month}", by=name)
        if month == FIRST:
            for name in PEOPLE:
                vendors.survey(f"{name}-survey", by=name, words="You make me feel I belong here.")
            vendors.until(at(2, 29))
            vendors.order("kim-leap", by="kim")
        if month == 3:
            told.night(at(3, 30))
            vendors.until(at(3, 31, 23, 59))
            vendors.survey("lee-late", by="lee")
            told.night(vendors.now)
            vendors.until(at(4, 1, 0, 1))
            vendors.survey("mia-early", by="mia")
            told.night(vendors.now)
        if month == 6:
            vendors.delete("fay-5")
    told.night(at(10, 3))


def three_weeks(told: Told) -> None:
    """Let each thing happen to somebody else."""
    vendors = told.nights.vendors
    vendors.until(at(10, 5))
    vendors.post("pam-post", by="pam")
    vendors.post("quy-post", by="quy")
    told.night(vendors.now)
    vendors.until(at(10, 8))
    vendors.like("pam-post")
    vendors.delete_post("quy-post")
    told.night(vendors.now)
    vendors.until(at(10, 9))
    vendors.answer("ann-call", score=90.0)
    vendors.rewrite("bob-call", handle_seconds=90.0)
    told.night(vendors.now)
    vendors.until(at(10, 10, 0, 10))
    vendors.edit("rex-9", amount=60, late=20)
    vendors.order("cyd-late", by="cyd", on=day(9, 30))
    told.night(vendors.now)
    vendors.until(at(10, 20))
    vendors.edit("dee-7", amount=60)
    vendors.delete("eve-8")
    vendors.undelete("fay-5")
    vendors.merge("gus", into="hal")
    vendors.edit("ida-9", amount=60, ahead=48)
    told.night(vendors.now)
    vendors.until(at(10, 23))
    vendors.edit("kim-leap", amount=60)
    vendors.edit("lee-late", satisfaction=1)
    vendors.edit("mia-early", satisfaction=1)
    told.night(at(10, 26))
    vendors.until(at(10, 27, 0, 30))
    vendors.post("nia-first", by="nia")
    vendors.until(at(10, 27, 18))
    vendors.edit("jon-9", amount=60, ahead=48)
    vendors.edit("lou-9", amount=60)
    vendors.until(at(10, 27, 23, 30))
    vendors.post("nia-last", by="nia")
    told.night(vendors.now)


ORDERS, SURVEYS = "salesforce_orders", "salesforce_survey_responses"
POSTS = "mastodon_statuses"


@dataclass(frozen=True)
class Case:
    """Something that happens late, whose it is, and from which month on it counts."""

    what: str
    who: tuple[str, ...]
    since: int | None
    changes: tuple[tuple[str, str, date], ...] = ()


CASES = (
    Case("a survey answered nine days after its call", ("ann",), 9,
         (("genesys_surveys", "ann-call", day(9, 30)),)),
    Case("a conversation rewritten after eight days", ("bob",), 10,
         (("genesys_conversations", "bob-call", day(10, 1)),)),
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
    Case("a post and its deletion", ("quy",), 10, ((POSTS, "quy@social.example", day(10, 5)),)),
    Case("a commit behind the edge of its night", ("rex",), 9, ((ORDERS, "rex", day(9, 2)),)),
)  # fmt: skip
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)


def test_every_person_has_one_case() -> None:
    assert sorted(name for case in CASES for name in case.who) == list(PEOPLE)


@EACH
def test_exactly_the_changed_subjects_are_noted_with_their_first_day(told: Told, case: Case):
    noted = {each for each in told.changes if each[1][:3] in case.who}
    assert noted == set(case.changes)


@EACH
def test_exactly_the_customers_months_since_then_are_computed_again(told: Told, case: Case):
    months = list(range(case.since, LAST + 1)) if case.since else []
    assert {name: told.due.get(name, []) for name in case.who} == dict.fromkeys(case.who, months)


@EACH
def test_no_other_row_changed(told: Told, case: Case):
    for name in case.who:
        assert set(told.rewritten.get(name, [])) <= set(told.due.get(name, []))


def test_running_days_again_calls_nothing_changed(told: Told):
    assert told.again == told.changes


def test_no_stamp_of_the_future_moves_a_cursor(told: Told):
    assert told.cursors == {told.ends[-1]}


def test_raw_is_what_the_vendors_promise(told: Told):
    assert told.wrong == []
