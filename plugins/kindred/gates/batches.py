"""Gate the landed batches of a source: passed, or moved to `held` with the reasons.

The rows of a held batch stay whole in a logged table, where they can be looked at, released
or replaced by the next attempt; raw keeps the last good version.
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

    A batch that cannot be gated is raised only after the others have their verdict.

    Args:
        dsn: the loader's connection string.
        folder: where the suites are; `expectations/` unless told otherwise.
        loads: the declarations by name: which rows are of nights that are asked for again.

    Raises:
        SupersededError: a newer attempt owns one of the batches.
        GateError: a batch is not in the ledger, or its landing table is missing.
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
        # What landing said of a batch that passes stays: what the vendor did not give.
        message = {} if verdict.is_passed else {"message": verdict.summary()}
        ledger.record(conn, batch, verdict.status, suspicion=_suspicion(batch, verdict), **message)
    return verdict


def _suspicion(batch: Batch, verdict: Verdict) -> str | None:
    """Return how odd a night is; a backfill's days are a person's, who sees what came."""
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
    if compared is not None:  # rows of raw, judged when they came: what can be wrong is how many
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
    """What a suite's `$PARAMETER` can be; expectations/README.md says when to use which."""
    latest = batch.window.end + skew
    day = timedelta(days=1)
    return {
        "earliest": batch.window.start - skew,
        "latest": latest,
        "seen_by": max(batch.window.end, landed.extracted_at or batch.window.end) + day,
        # The vendor's local day can be ahead of UTC's by fourteen hours.
        "tomorrow": (latest + day).date(),
    }


def release_batch(conn: psycopg.Connection, batch: Batch, reason: str) -> None:
    """Let a held batch through: a person has looked and says why.

    Publish it in the same transaction: landing, where its rows are then, is emptied by a crash.

    Raises:
        SupersededError: a newer attempt owns the batch.
        GateError: the batch is not held.
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
