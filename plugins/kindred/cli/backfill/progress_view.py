"""Show a backfill while it runs: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from kindred.cli import airflow_runs, progress
from kindred.cli.backfill.format import counts, duration
from kindred.cli.backfill.watch import BackfillSnapshot, SourceProgress

QUIET_SECONDS = 10.0  # between two plain lines that only count on


@contextmanager
def shown(console: Console) -> Iterator[Callable[[BackfillSnapshot], None]]:
    """Give something that shows pictures."""
    if not console.is_terminal:
        yield ProgressPrinter(console).update
        return
    pace = Eta()
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        yield lambda picture: live.update(table(picture, pace.to_go(picture)))


def table(picture: BackfillSnapshot, to_go: str) -> RenderableType:
    """The whole picture: days above, the refresh of the marts below."""
    parts: list[RenderableType] = [
        counts(
            ("source", "days", "done", "failed", "left", ""),
            [(c.source, c.days, c.done, c.failed, c.left, _pause(c)) for c in picture.courses],
        )
    ]
    if to_go:
        parts.append(Text(to_go, style="dim"))
    if _night(picture).tasks:
        parts += [Text(), progress.table(_night(picture))]
    return Group(*parts)


class ProgressPrinter:
    """A line when days are over, at most one in ten seconds; and one for each task of a refresh."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks = progress.LinePrinter(console)
        self._pace = Eta()
        self._last = time.monotonic()
        self._said = ""

    def update(self, picture: BackfillSnapshot) -> None:
        """Say what is new in the picture."""
        said = ", ".join(map(_course, picture.courses))
        to_go = self._pace.to_go(picture)
        is_time = not picture.left or time.monotonic() - self._last >= QUIET_SECONDS
        if said != self._said and is_time:
            line = f"{said}; {to_go}" if to_go else said
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)
            self._said, self._last = said, time.monotonic()
        self._tasks.update(_night(picture))


class Eta:
    """How fast days are over since the following began."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._over_before: int | None = None

    def to_go(self, picture: BackfillSnapshot) -> str:
        """Say how long the rest takes at this pace; nothing while it is not known."""
        over = sum(course.days - course.left for course in picture.courses)
        if self._over_before is None:
            self._over_before = over
        if not picture.left or over == self._over_before:
            return ""
        seconds = (time.monotonic() - self._began) / (over - self._over_before)
        return f"about {duration(seconds * picture.left)} to go"


def _course(course: SourceProgress) -> str:
    failed = f" ({course.failed:,} failed)" if course.failed else ""
    return f"{course.source} {course.days - course.left:,} of {course.days:,}{failed}" + (
        f", {_pause(course)}" * course.is_paused
    )


def _pause(course: SourceProgress) -> str:
    return "paused in Airflow" if course.is_paused else ""


def _night(picture: BackfillSnapshot) -> airflow_runs.RunSnapshot:
    """The refresh of the marts as a night's; one that finds nothing to do is not told."""
    return airflow_runs.RunSnapshot(
        tasks=[task for task in picture.tasks if task.state != "skipped"]
    )
