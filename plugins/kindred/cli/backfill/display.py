"""Show a backfill: the plan before it starts, and the progress while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kindred.cli import night_progress
from kindred.cli.business_days import zone
from kindred.cli.formatting import counts, duration, plural_days
from kindred.cli.night_progress import RunSnapshot
from kindred.sources import VENDORS

if TYPE_CHECKING:
    from kindred.cli.backfill.plan import BackfillPlan, SourcePlan
    from kindred.cli.backfill.watch import BackfillSnapshot, SourceProgress

TASKS = 4  # land, gate, publish, report
QUIET_SECONDS = 10.0  # between two progress lines


def show_plan(console: Console, plan: BackfillPlan) -> None:
    """Print the plan."""
    days = plan.days
    console.print(
        f"Backfill of {days} ({plural_days(len(days))}, {zone().key}):"
        f" {days.start:%Y-%m-%d %H:%M} to {days.end:%Y-%m-%d %H:%M} UTC, a run for each day.\n",
        soft_wrap=True,
    )
    console.print(
        counts(
            ("source", "days", "first run", "run again", "left alone"),
            [(part.source, len(days), part.first, part.again, part.left) for part in plan.parts],
        )
    )
    for part in plan.parts:
        _note(console, part)
    console.print()
    console.print(
        counts(
            ("load", "windows", "published before", "never"),
            [
                (known.load, len(days), known.days_published, len(days) - known.days_published)
                for known in plan.loads
            ],
        )
    )
    fresh = [known.load for known in plan.loads if not known.has_cursor]
    if fresh:
        console.print(
            f"Never loaded: {', '.join(fresh)}; the next night loads the whole history.",
            soft_wrap=True,
        )
    console.print("\nWhat the vendors can deliver:")
    limits = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for part in plan.parts:
        for vendor, reach in part.reaches.items():
            back = f" Reaches {reach.days:,} days back." if reach.days else ""
            limits.add_row(vendor, f"{VENDORS[vendor].backfills}{back}")
    console.print(limits)
    console.print(f"\n{_cost(plan)}", soft_wrap=True)


def _note(console: Console, part: SourcePlan) -> None:
    if part.under_way is not None:
        began = part.under_way.created_at.astimezone(zone())
        console.print(
            f"{part.source}: in progress since {began:%Y-%m-%d %H:%M}; this follows the rest of it"
        )
    for vendor, reach in part.reaches.items():
        if not reach.is_connected:
            console.print(
                f"{part.source}: Airflow has no connection named {vendor}: its runs are skipped",
                soft_wrap=True,
            )


def _cost(plan: BackfillPlan) -> str:
    if not plan.runs:
        return "There is nothing to run."
    said = (
        f"{plan.runs:,} runs of {TASKS} tasks, {plan.at_once} at once per source,"
        " and then one refresh of the marts"
    )
    return f"{said}." if plan.seconds is None else f"{said}: very roughly {duration(plan.seconds)}."


@contextmanager
def display(console: Console) -> Iterator[Callable[[BackfillSnapshot], None]]:
    """Yield a function that shows a snapshot of the backfill."""
    if not console.is_terminal:
        yield ProgressPrinter(console).update
        return
    pace = Eta()
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        yield lambda snapshot: live.update(table(snapshot, pace.to_go(snapshot)))


def table(snapshot: BackfillSnapshot, to_go: str) -> RenderableType:
    """Return the snapshot as a table: days above, the refresh of the marts below."""
    parts: list[RenderableType] = [
        counts(
            ("source", "days", "done", "failed", "left", ""),
            [(p.source, p.days, p.done, p.failed, p.left, _pause(p)) for p in snapshot.sources],
        )
    ]
    if to_go:
        parts.append(Text(to_go, style="dim"))
    if _night(snapshot).tasks:
        parts += [Text(), night_progress.table(_night(snapshot))]
    return Group(*parts)


class ProgressPrinter:
    """Print progress at most every ten seconds, and a line for each task of a refresh."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks = night_progress.LinePrinter(console)
        self._pace = Eta()
        self._last = time.monotonic()
        self._said = ""

    def update(self, snapshot: BackfillSnapshot) -> None:
        """Print what is new in the snapshot."""
        said = ", ".join(map(_describe, snapshot.sources))
        to_go = self._pace.to_go(snapshot)
        is_time = not snapshot.left or time.monotonic() - self._last >= QUIET_SECONDS
        if said != self._said and is_time:
            line = f"{said}; {to_go}" if to_go else said
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)
            self._said, self._last = said, time.monotonic()
        self._tasks.update(_night(snapshot))


class Eta:
    """Estimate the time to go from the days that have ended since the display began."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._over_before: int | None = None

    def to_go(self, snapshot: BackfillSnapshot) -> str:
        """Return the time to go at the present pace, or an empty text while it is unknown."""
        over = sum(progress.days - progress.left for progress in snapshot.sources)
        if self._over_before is None:
            self._over_before = over
        if not snapshot.left or over == self._over_before:
            return ""
        seconds = (time.monotonic() - self._began) / (over - self._over_before)
        return f"about {duration(seconds * snapshot.left)} to go"


def _describe(progress: SourceProgress) -> str:
    failed = f" ({progress.failed:,} failed)" if progress.failed else ""
    return f"{progress.source} {progress.days - progress.left:,} of {progress.days:,}{failed}" + (
        f", {_pause(progress)}" * progress.is_paused
    )


def _pause(progress: SourceProgress) -> str:
    return "paused in Airflow" if progress.is_paused else ""


def _night(snapshot: BackfillSnapshot) -> RunSnapshot:
    """Return the refresh of the marts as a night's snapshot, without tasks that were skipped."""
    return RunSnapshot(tasks=[task for task in snapshot.tasks if task.state != "skipped"])
