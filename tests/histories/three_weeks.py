"""Nine months of nineteen customers, and three weeks in which something comes late to each.

All of it in Berlin, over a leap day, a day of 23 hours that ends a month and a day of 25.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from kindred.loads import Window
from kindred.pipeline.environment import Run
from kindred.sources import SOURCES
from tests.histories.nights import HistoryNights

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
class ThreeWeeks:
    """What the warehouse said of the three weeks."""

    nights: HistoryNights
    ends: list[datetime] = field(default_factory=list)
    changes: list[tuple[str, str, date]] = field(default_factory=list)
    again: list[tuple[str, str, date]] = field(default_factory=list)
    cursors: set[datetime] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    due: dict[str, list[int]] = field(default_factory=dict)
    rewritten: dict[str, list[int]] = field(default_factory=dict)

    def night(self, moment: datetime) -> None:
        """Run the night that ends with the day of `moment`."""
        self.nights.history.until(moment)
        self.nights.night()
        self.ends.append(self.nights.history.now)

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


def base(weeks: ThreeWeeks) -> None:
    """Tell nine months: an order a month, a survey in February, and what the cases start from."""
    vendors = weeks.nights.history
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
            weeks.night(at(3, 30))
            vendors.until(at(3, 31, 23, 58))
            vendors.survey("lee-late", by="lee")
            weeks.night(vendors.now)
            vendors.until(at(4, 1, 0, 1))
            vendors.survey("mia-early", by="mia")
            weeks.night(vendors.now)
        if month == 6:
            vendors.delete("fay-5")
    weeks.night(at(10, 3))


def three_weeks(weeks: ThreeWeeks) -> None:
    """Let each thing happen to somebody else."""
    vendors = weeks.nights.history
    vendors.until(at(10, 5))
    vendors.post("pam-post", by="pam")
    vendors.post("quy-post", by="quy")
    weeks.night(vendors.now)
    vendors.until(at(10, 8))
    vendors.like("pam-post")
    vendors.delete_post("quy-post")
    weeks.night(vendors.now)
    vendors.until(at(10, 9))
    vendors.answer("ann-call", score=90.0)
    vendors.rewrite("bob-call", handle_seconds=90.0)
    weeks.night(vendors.now)
    vendors.until(at(10, 10, 0, 10))
    vendors.edit("rex-9", amount=60, late=20)
    vendors.order("cyd-late", by="cyd", on=day(9, 30))
    weeks.night(vendors.now)
    vendors.until(at(10, 20))
    vendors.edit("dee-7", amount=60)
    vendors.delete("eve-8")
    vendors.undelete("fay-5")
    vendors.merge("gus", into="hal")
    vendors.edit("ida-9", amount=60, ahead=48)
    weeks.night(vendors.now)
    vendors.until(at(10, 23))
    vendors.edit("kim-leap", amount=60)
    vendors.edit("lee-late", satisfaction=1)
    vendors.edit("mia-early", satisfaction=1)
    weeks.night(at(10, 26))
    vendors.until(at(10, 27, 0, 30))
    vendors.post("nia-first", by="nia")
    vendors.until(at(10, 27, 18))
    vendors.edit("jon-9", amount=60, ahead=48)
    vendors.edit("lou-9", amount=60)
    vendors.until(at(10, 27, 23, 30))
    vendors.post("nia-last", by="nia")
    weeks.night(vendors.now)
