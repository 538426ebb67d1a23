"""land, gate, publish: deletions that no night saw, in three steps for all sources.

A vendor that does not answer does not delay the deletions of the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import psycopg

from kindred.errors import KindredError, SourceError, SourceForbidden, SupersededError
from kindred.gates import Verdict
from kindred.loads import Load
from kindred.pipeline import ingest
from kindred.pipeline.environment import PipelineEnvironment
from kindred.publishing import publish_batches
from kindred.reconciling import Bound, reconcile
from kindred.sources import LOADS, SOURCES, client
from kindred.warehouse import ledger, reconciliations
from kindred.warehouse.connections import connect
from kindred.warehouse.reconciliations import Reconciliation

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What a run compares.

    Attributes:
        is_asked: Whether a person requests the comparison, so that loads need not be due.
        every: The time after which a load is due again.
    """

    sources: Sequence[str] = tuple(SOURCES)
    is_asked: bool = False
    is_dry_run: bool = False
    every: timedelta = timedelta(days=7)
    bound: Bound = field(default_factory=Bound)


class NotCompared(SourceError):
    """Loads that could not be compared; `is_final`: a retry cannot help."""

    def __init__(self, failures: Sequence[KindredError]) -> None:
        lines = "\n".join(f"  {failure}" for failure in failures)
        super().__init__(f"{len(failures)} loads not compared; the others are\n{lines}")
        kinds = SourceForbidden | SupersededError
        self.is_final = all(isinstance(failure, kinds) for failure in failures)


def land(run_id: str, options: Options, where: PipelineEnvironment) -> list[Reconciliation]:
    """Compare the loads that are due or requested, and land tombstones.

    A retry compares only the loads that earlier attempts did not.

    Returns:
        The comparisons of the run, those of earlier attempts too.

    Raises:
        NotCompared: A vendor did not answer as expected.
    """
    failures: list[KindredError] = []
    with connect(where.warehouse("loader")) as conn:
        for load in _chosen(conn, options):
            if reconciliations.is_done(conn, load.name, run_id):
                continue
            try:
                _compare(conn, load, run_id, options, where)
            except KindredError as error:
                log.error("%s: not compared: %s", load.name, error)
                failures.append(error)
        made = reconciliations.of_run(conn, run_id)
    if failures:
        raise NotCompared(failures)
    return made


def _chosen(conn: psycopg.Connection, options: Options) -> Iterable[Load]:
    for load in (load for source in options.sources for load in SOURCES[source]):
        reason = reconciliations.due(conn, load, options.every)
        if load.deletions is not None and (options.is_asked or reason):
            log.info("%s: %s", load.name, reason or "asked for")
            yield load


def _compare(
    conn: psycopg.Connection, load: Load, run_id: str, options: Options, where: PipelineEnvironment
) -> None:
    endpoint = where.endpoint(load.vendor)
    if endpoint is None:
        log.warning(
            "%s: skipped: Airflow has no connection named %s that it can read",
            load.name,
            load.vendor,
        )
        return
    made = reconcile(
        conn,
        partial(client, load.vendor, endpoint, where.transport(load.vendor)),
        load,
        run_id,
        options.bound,
        is_dry_run=options.is_dry_run,
    )
    log.info(
        "%s", made or f"{load.name}: no night is published yet, so there is nothing to compare"
    )


def gate(run_id: str, where: PipelineEnvironment) -> list[Verdict]:
    """Check every batch of tombstones and hold one with too many.

    Returns:
        A verdict for each batch; none if nothing has landed.
    """
    return [verdict for source in SOURCES for verdict in ingest.gate(source, run_id, where)]


def publish(run_id: str, where: PipelineEnvironment) -> list[str]:
    """Merge the tombstones that passed, and supersede batches that earlier rounds left held.

    Returns:
        The loads with published tombstones, also of an attempt that crashed after its commit.

    Raises:
        WarehouseError: A batch could not be merged.
    """
    with connect(where.warehouse("loader")) as conn:
        for publication in publish_batches(
            conn, ledger.batches(conn, run_id, LOADS, "passed"), LOADS
        ):
            log.info("%s", publication)
        for made in reconciliations.of_run(conn, run_id):
            retired = reconciliations.retire_held(conn, made.load, run_id)
            if retired:
                log.info("%s: %d held batches superseded", made.load, retired)
        states = ledger.states(conn, run_id, LOADS)
    return [load for load, status in states.items() if status == "published"]


def report(run_id: str, where: PipelineEnvironment) -> None:
    """Log what the run has compared."""
    with connect(where.warehouse("loader")) as conn:
        for made in reconciliations.of_run(conn, run_id):
            log.info("%s", made)
