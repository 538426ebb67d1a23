"""The business days that nights and backfills cover, and checks that they can be loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from kindred import settings
from kindred.embedded.services import Services
from kindred.embedded.vendor_connections import BackfillReach
from kindred.errors import KindredError

DAY = timedelta(days=1)


def zone() -> ZoneInfo:
    """Return the business's time zone, in which a day begins."""
    return settings.TIME_ZONE.get()


@dataclass(frozen=True)
class Night:
    """One business day `[start, end)`, from midnight to midnight in the business's time zone."""

    start: datetime
    end: datetime

    @classmethod
    def ending(cls, day: date) -> Night:
        """Return the night whose business day ends when `day` begins."""
        here = zone()
        end = datetime.combine(day, clock.min, here)
        start = datetime.combine(day - timedelta(days=1), clock.min, here)
        return cls(start.astimezone(UTC), end.astimezone(UTC))

    @property
    def last_day(self) -> date:
        """The business day the night covers."""
        return self.start.astimezone(zone()).date()

    @property
    def run_id(self) -> str:
        return f"night__{self.last_day.isoformat()}"


@dataclass(frozen=True)
class Days:
    """Business days in the business's time zone, both ends included."""

    first: date
    last: date

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Days:
        """Return the days that begin between two instants, as Airflow counts a backfill's runs."""
        first = start.astimezone(zone()).date()
        if Night.ending(first + DAY).start < start:
            first += DAY
        return cls(first, end.astimezone(zone()).date())

    @property
    def start(self) -> datetime:
        return Night.ending(self.first + DAY).start

    @property
    def end(self) -> datetime:
        return Night.ending(self.last + DAY).end

    @property
    def last_instant(self) -> datetime:
        """An instant between the start of the last day and its end, for Airflow's `to_date`."""
        return self.end - timedelta(seconds=1)

    def __iter__(self) -> Iterator[Night]:
        for number in range(len(self)):
            yield Night.ending(self.first + DAY * (number + 1))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


def asked(first: date, last: date) -> Days:
    """Return the days from `first` to `last`, both included.

    Raises:
        KindredError: `last` comes before `first`.
    """
    if last < first:
        raise KindredError(f"--from {first} comes after --to {last}: swap them")
    return Days(first, last)


def now(services: Services) -> datetime:
    """Return the instant up to which records can exist, in UTC.

    The sandbox serves nothing after its own clock, and Airflow runs no day after the machine's.
    """
    moment = datetime.now(UTC)
    return min(services.sandbox.clock(), moment) if services.sandbox.choice.is_on else moment


def refuse_unfinished(days: Days, moment: datetime) -> None:
    """Raise KindredError, naming the last day that works, if a day is not over at `moment`."""
    over = moment.astimezone(zone()).date() - DAY
    if days.last <= over:
        return
    reason = f"{days.last} is not over: here it is {moment.astimezone(zone()):%Y-%m-%d %H:%M}"
    if days.first <= over:
        raise KindredError(f"{reason}. Use --to {over}")
    raise KindredError(f"{reason}. The last day that can be loaded is {over}")


def refuse_unreachable(days: Days, moment: datetime, reaches: dict[str, BackfillReach]) -> None:
    """Raise KindredError, naming the days that work, if a vendor does not reach that far back.

    Args:
        reaches: How far back each vendor can be queried, by name.
    """
    today = moment.astimezone(zone()).date()
    firsts = {
        vendor: today - DAY * reach.days
        for vendor, reach in reaches.items()
        if reach.days is not None and days.first < today - DAY * reach.days
    }
    if not firsts:
        return
    said = "; ".join(
        f"{vendor} reaches {reaches[vendor].days} days back, to {first}, as reach_days of its"
        f" connection sets: {min((first - days.first).days, len(days))} of the {len(days)} days"
        " are earlier"
        for vendor, first in firsts.items()
    )
    latest = max(firsts.values())
    use = f"use --from {latest}, or " if latest <= days.last else ""
    raise KindredError(f"{said}. Nothing was started: {use}name the other sources with --source")
