"""land, gate, publish: one source's night, or one day of a backfill, in three steps.

A failed or held load does not delay the other loads of its source: `gate` and `publish` process
whatever has landed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from itertools import groupby

import psycopg

from kindred.errors import GateError, KindredError, SourceError, SourceForbidden, SupersededError
from kindred.gates import Verdict, check_batches
from kindred.landing.extraction import land_loads
from kindred.loads import Batch, Load, Window
from kindred.pipeline.environment import PipelineEnvironment, Run
from kindred.publishing import publish_batches
from kindred.sources import LOADS, SOURCES, client
from kindred.warehouse import ledger, quarantine
from kindred.warehouse.connections import connect

log = logging.getLogger(__name__)

STUCK = ("landing", "landed", "failed", "held")


class NotLanded(SourceError):
    """Loads that did not land, while the others of their source did.

    `is_final`: a retry cannot help.
    """

    def __init__(self, source: str, failures: Sequence[KindredError]) -> None:
        super().__init__(
            f"{source}: {len(failures)} not landed; the rest of the night goes on\n"
            + "\n".join(f"  {failure}" for failure in failures)
        )
        self.is_final = all(
            isinstance(failure, SourceForbidden | SupersededError) for failure in failures
        )


def land(source: str, run: Run, where: PipelineEnvironment) -> int:
    """Pull the loads of `source` for the run into landing; return how many landed.

    A retry pulls only the loads that earlier attempts did not land.

    Raises:
        NotLanded: At least one load did not land.
    """
    begins = where.history_start(run.interval)
    names = [load.name for load in SOURCES[source]]
    with connect(where.warehouse("loader")) as conn:
        landed = ledger.batches(conn, run.run_id, names, "landed") if run.is_retry else []
        windows = {
            load.name: ledger.plan_window(
                conn, load, run.interval, begins, is_backfill=run.is_backfill
            )
            for load in SOURCES[source]
            if load.name not in {batch.load for batch in landed}
        }
        _warn_of_unseen_deletions(conn, source, windows, run)
        return pull(conn, source, windows, run.run_id, where, is_backfill=run.is_backfill)


def _warn_of_unseen_deletions(
    conn: psycopg.Connection, source: str, windows: dict[str, Window], run: Run
) -> None:
    """Log a warning if a source was away for longer than its vendor reports deletions."""
    for load in SOURCES[source]:
        if load.name not in windows or load.deletions is None or run.is_backfill:
            continue
        away = ledger.away(conn, load.name, windows[load.name])
        if away is not None and away > load.deletions.remembered_for:
            log.warning(
                "%s: away for %d days, and the vendor reports deletions for %d: `kindred reconcile"
                " --source %s` or the DAG reconcile finds the others",
                load.name,
                away.days,
                load.deletions.remembered_for.days,
                source,
            )


def pull(
    conn: psycopg.Connection,
    source: str,
    windows: dict[str, Window],
    run_id: str,
    where: PipelineEnvironment,
    *,
    is_backfill: bool,
) -> int:
    """Pull loads of `source`, each for its window, into landing; return how many landed.

    Raises:
        NotLanded: At least one load did not land.
    """
    failures: list[KindredError] = []
    landed = 0
    wanted = [load for load in SOURCES[source] if load.name in windows]
    for vendor, group in groupby(wanted, lambda load: load.vendor):
        loads = list(group)
        endpoint = where.endpoint(vendor)
        if endpoint is None:
            _skip(conn, loads, windows, run_id, is_backfill)
            continue
        connect_vendor = partial(client, vendor, endpoint, where.transport(vendor))
        for outcome in land_loads(
            conn, connect_vendor, loads, windows, run_id, is_backfill=is_backfill
        ):
            log.info("%s", outcome)
            landed += outcome.error is None
            failures += [outcome.error] if outcome.error else []
    if failures:
        raise NotLanded(source, failures)
    return landed


def _skip(
    conn: psycopg.Connection,
    loads: list[Load],
    windows: dict[str, Window],
    run_id: str,
    is_backfill: bool,
) -> None:
    """Record that a vendor's loads were skipped, because it is not connected."""
    message = f"Airflow has no connection named {loads[0].vendor} that it can read"
    log.warning("%s: skipped: %s", ", ".join(load.name for load in loads), message)
    for load in loads:
        batch = ledger.open_batch(
            conn, load.name, windows[load.name], run_id, is_backfill=is_backfill
        )
        with conn.transaction():
            ledger.fence(conn, batch)
            ledger.record(conn, batch, "skipped", message=message)


def gate(source: str, run_id: str, where: PipelineEnvironment) -> list[Verdict]:
    """Check every landed batch of the run against its suite and hold those that fail.

    Returns:
        A verdict for each batch; none if nothing has landed.
    """
    landed = _batches(source, run_id, "landed", where)
    verdicts = check_batches(where.warehouse("loader"), landed, loads=LOADS) if landed else []
    for verdict in verdicts:
        for level, line in verdict.lines():
            log.log(level, "%s", line)
        if not verdict.is_passed:
            _log_quarantine(verdict, where)
    return verdicts


def _log_quarantine(verdict: Verdict, where: PipelineEnvironment) -> None:
    with connect(where.warehouse("loader")) as conn:
        reasons = quarantine.reasons(conn, [verdict.batch_id or 0])
    for reason in reasons:
        log.error("  quarantined: %s", reason)


def publish(
    source: str, run_id: str, where: PipelineEnvironment, *, is_last_try: bool = False
) -> list[str]:
    """Merge every batch of the run that passed its gate into raw; return the loads published.

    Loads published by an attempt that crashed after its commit are included, because no event has
    been sent to the marts for them.

    Args:
        is_last_try: Log a failed merge instead of raising it, if other loads are published, so
            that the marts receive the events of those.

    Raises:
        GateError: Nothing passed, although loads were requested.
        WarehouseError: A batch could not be merged; a retry may succeed.
    """
    passed = _batches(source, run_id, "passed", where)
    refused: KindredError | None = None
    with connect(where.warehouse("loader")) as conn:
        try:
            for publication in publish_batches(conn, passed, LOADS):
                log.info("%s", publication)
        except KindredError as error:
            refused = error
        states = ledger.states(conn, run_id, [load.name for load in SOURCES[source]])
    published = [load for load, status in states.items() if status == "published"]
    if refused is not None:
        if not (is_last_try and published):
            raise refused
        log.error("%s", refused)
    stuck = [load for load, status in states.items() if status in STUCK]
    if stuck and not published:
        raise GateError(f"{source}: nothing passed: {', '.join(stuck)}")
    return published


def _batches(source: str, run_id: str, status: str, where: PipelineEnvironment) -> list[Batch]:
    names = [load.name for load in SOURCES[source]]
    with connect(where.warehouse("loader")) as conn:
        return ledger.batches(conn, run_id, names, status)
