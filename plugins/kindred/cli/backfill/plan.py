"""Plan a backfill: which runs it makes, what is published already, which days are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from kindred.cli.airflow_runs import UNFINISHED
from kindred.cli.backfill import airflow_backfills, backfill_ledger
from kindred.cli.backfill.airflow_backfills import EVERYTHING, FAILED, Backfill, BackfillRun
from kindred.cli.backfill.backfill_ledger import LoadCoverage
from kindred.cli.business_days import Days, refuse_unfinished, refuse_unreachable
from kindred.embedded import vendor_connections
from kindred.embedded.airflow_api import Airflow
from kindred.embedded.vendor_connections import BackfillReach
from kindred.errors import KindredError
from kindred.sources import LOADS, SOURCES, VENDORS


@dataclass(frozen=True)
class SourcePlan:
    """The part of a plan that concerns one source.

    Attributes:
        reaches: How far back each vendor of the source can be queried, by name.
        first: Runs to be created.
        again: Runs to be repeated.
        left: Days left alone, because another run covers them or they did not fail.
        seconds: The typical duration of a run; None while there is no earlier run.
    """

    source: str
    reaches: dict[str, BackfillReach]
    under_way: Backfill | None
    first: int
    again: int
    left: int
    seconds: float | None

    @property
    def dag(self) -> str:
        return f"ingest_{self.source}"

    @property
    def runs(self) -> int:
        return self.first + self.again


@dataclass(frozen=True)
class BackfillPlan:
    """A backfill of `days`: all of them again, or only those that failed or never ran."""

    days: Days
    only_failed: bool
    at_once: int
    parts: tuple[SourcePlan, ...]
    loads: tuple[LoadCoverage, ...]

    @property
    def runs(self) -> int:
        return sum(part.runs for part in self.parts)

    @property
    def seconds(self) -> float | None:
        """A rough estimate of the duration from earlier runs; sources run in parallel."""
        known = [part.runs * part.seconds for part in self.parts if part.seconds is not None]
        return max(known, default=None)


def command(days: Days, sources: Sequence[str], *, only_failed: bool = False) -> str:
    """Return the command line of this backfill; it names no source if all are meant."""
    words = ["kindred backfill", f"--from {days.first}", f"--to {days.last}"]
    words += [f"--source {source}" for source in sources if len(sources) < len(SOURCES)]
    return " ".join([*words, "--only-failed"] if only_failed else words)


def make(
    airflow: Airflow,
    dsn: str,
    days: Days,
    sources: Sequence[str],
    moment: datetime,
    *,
    only_failed: bool,
    at_once: int,
) -> BackfillPlan:
    """Plan a backfill from Airflow, its connections and the ledger, and change nothing.

    Args:
        dsn: The warehouse, as a role that can read the ledger.
        sources: The sources to run; all if empty.
        moment: The instant up to which records can exist.

    Raises:
        KindredError: A vendor cannot deliver the days, no night was published yet, or a backfill
            of other days is active. The message names what works.
    """
    chosen = [source for source in SOURCES if source in sources or not sources]
    refuse_unfinished(days, moment)
    reaches = {
        vendor.name: vendor_connections.reach(airflow, vendor.name)
        for vendor in VENDORS.values()
        if vendor.source in chosen
    }
    refuse_unreachable(days, moment, reaches)
    loads = [load.name for load in LOADS.values() if load.vendor in reaches]
    known = backfill_ledger.coverage(dsn, loads, days)
    if not any(load.has_cursor for load in known):
        raise KindredError(
            f"nothing of {', '.join(chosen)} is published yet: `kindred run` loads the history"
        )
    parts = []
    for source in chosen:
        dag = f"ingest_{source}"
        running = airflow_backfills.find_active(airflow, dag)
        if running is not None and running.days != days:
            raise KindredError(
                f"{source}: Airflow runs a backfill of {running.days}, and allows one at a time."
                f" Follow it: `{command(running.days, [source])}`, or cancel it on"
                f" {airflow.base}/dags/{dag}"
            )
        found = list(airflow_backfills.runs(airflow, dag, days))
        first, again = _runs(airflow, dag, days, found, running, only_failed=only_failed)
        late = airflow_backfills.seconds_of_late(airflow, dag)
        parts.append(
            SourcePlan(
                source,
                {name: reaches[name] for name in reaches if VENDORS[name].source == source},
                running,
                first,
                again,
                len(days) - first - again,
                median(late) if late else None,
            )
        )
    return BackfillPlan(days, only_failed, at_once, tuple(parts), tuple(known))


def _runs(
    airflow: Airflow,
    dag: str,
    days: Days,
    found: list[BackfillRun],
    running: Backfill | None,
    *,
    only_failed: bool,
) -> tuple[int, int]:
    """Return how many runs Airflow would create, and how many it would repeat."""
    if running is not None:
        return 0, sum(run.state in UNFINISHED for run in found)
    wanted = airflow_backfills.would_run(airflow, dag, days, FAILED if only_failed else EVERYTHING)
    again = len(wanted & {run.start for run in found})
    return len(wanted) - again, again
