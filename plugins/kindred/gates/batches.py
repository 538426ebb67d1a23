"""Gate the landed batches of a source: each passes or is moved to `held`, with the reasons.

The rows of a held batch stay complete in a logged table, where they can be inspected, released or
replaced by the next attempt. Raw keeps the last good version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kindred.errors import GateError, KindredError, SupersededError
from kindred.gates import suites, verdicts
from kindred.gates.completeness import LandedCounts, read_counts
from kindred.gates.gx_runner import SuiteRunner
from kindred.gates.linked_share import links
from kindred.gates.mass_deletion import few_gone
from kindred.gates.verdicts import Finding, Verdict
from kindred.gates.volume import SUSPICIONS, empty_or_thin
from kindred.loads import Batch, Load
from kindred.warehouse import ledger, reconciliations, suspicions
from kindred.warehouse.catalog import table_columns
from kindred.warehouse.connections import connect


def check_batches(
    dsn: str,
    batches: Iterable[Batch],
    folder: Path | None = None,
    loads: Mapping[str, Load] | None = None,
) -> list[Verdict]:
    """Gate each batch, write its verdict to the ledger and return the verdicts.

    The error of a batch that cannot be gated is raised after the others have their verdicts.

    Args:
        dsn: The loader's connection string.
        folder: The folder of the suites; by default `expectations/`.
        loads: The loads by name. They tell which rows belong to nights that are extracted again.

    Raises:
        SupersededError: A newer attempt owns one of the batches.
        GateError: A batch is not in the ledger, or its landing table is missing.
    """
    found: list[Verdict] = []
    failures: list[KindredError] = []
    with connect(dsn) as conn, SuiteRunner(dsn) as runner:
        for batch in batches:
            try:
                found.append(_check(conn, runner, batch, folder, (loads or {}).get(batch.load)))
            except (GateError, SupersededError) as error:
                failures.append(error)
    if failures:
        raise failures[0] if len(failures) == 1 else GateError("; ".join(map(str, failures)))
    return found


def _check(
    conn: psycopg.Connection,
    runner: SuiteRunner,
    batch: Batch,
    folder: Path | None,
    load: Load | None,
) -> Verdict:
    landed = read_counts(conn, batch)
    if landed.is_whole:
        findings = _findings(conn, runner, batch, landed, folder, load)
        verdict = verdicts.decide(batch.load, findings, batch_id=batch.batch_id)
    else:
        verdict = Verdict(batch.load, "failed", (landed.completeness(),), batch.batch_id)
    with conn.transaction():
        ledger.fence(conn, batch)
        verdicts.write(conn, verdict)
        if verdict.status == "held":
            _move(conn, batch, "landing", "held")
        # A batch that passes keeps landing's message, which names what the vendor did not return.
        message = {} if verdict.is_passed else {"message": verdict.summary()}
        ledger.record(conn, batch, verdict.status, suspicion=_suspicion(batch, verdict), **message)
    return verdict


def _suspicion(batch: Batch, verdict: Verdict) -> str | None:
    """Return a night's suspicion: empty, thin or None. A person checks a backfill's days."""
    failed = (finding.rule for finding in verdict.findings if not finding.is_passed)
    found = next((SUSPICIONS[rule] for rule in failed if rule in SUSPICIONS), None)
    return None if batch.is_backfill else found


def _findings(
    conn: psycopg.Connection,
    runner: SuiteRunner,
    batch: Batch,
    landed: LandedCounts,
    folder: Path | None,
    load: Load | None,
) -> Iterator[Finding]:
    yield landed.completeness()
    try:
        suite = suites.read(batch.load, folder)
    except GateError as error:
        yield Finding("suite_is_fit", "critical", False, str(error), landed.rows_present)
        return
    yield landed.quarantined(suite.quarantine_limit)
    compared = reconciliations.of_batch(conn, batch.batch_id)
    if (
        compared is not None
    ):  # rows of raw passed their gate already: only their number can be wrong
        yield few_gone(compared, suite.gone_limit)
        return
    yield landed.extra()
    yield landed.unread()
    odd = empty_or_thin(
        conn, batch, landed.rows_present, may_be_empty=suite.may_be_empty, load=load
    )
    if odd is not None:
        yield odd
    if landed.rows_present == 0:
        return
    if suite.linked:
        yield links(conn, batch, suite.linked)
    query = f"select * from landing.{batch.load} where _batch_id = {batch.batch_id:d}"  # noqa: S608
    parameters = _parameters(batch, landed, suite.clock_skew)
    yield from runner.run(suite, query, landed.rows_present, parameters)


def _parameters(batch: Batch, landed: LandedCounts, skew: timedelta) -> dict[str, Any]:
    """Return the values of a suite's `$PARAMETER`s; expectations/README.md explains each."""
    latest = batch.window.end + skew
    day = timedelta(days=1)
    return {
        "earliest": batch.window.start - skew,
        "latest": latest,
        "seen_by": max(batch.window.end, landed.extracted_at or batch.window.end) + day,
        # A vendor's local day can be fourteen hours ahead of UTC.
        "tomorrow": (latest + day).date(),
    }


def release_batch(conn: psycopg.Connection, batch: Batch, reason: str) -> None:
    """Release a held batch for the reason that a person gives.

    Publish it in the same transaction: its rows are then in landing, which a crash empties.

    Raises:
        SupersededError: A newer attempt owns the batch.
        GateError: The batch is not held.
    """
    with conn.transaction():
        ledger.fence(conn, batch)
        ledger.find_held(conn, batch.batch_id)
        _move(conn, batch, "held", "landing")
        ledger.record(conn, batch, "passed", message=f"released: {reason}")
        suspicions.accept(conn, batch)


def _move(conn: psycopg.Connection, batch: Batch, source: str, target: str) -> None:
    names = [column.name for column in table_columns(conn, target, batch.load)]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    conn.execute(
        sql.SQL(
            "with moved as (delete from {source} where _batch_id = {batch} returning {columns})"
            " insert into {target} ({columns}) select {columns} from moved"
        ).format(
            source=sql.Identifier(source, batch.load),
            target=sql.Identifier(target, batch.load),
            batch=batch.batch_id,
            columns=columns,
        )
    )
