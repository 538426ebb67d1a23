"""Replace a held batch by extracting its window again, or release it as it is."""

from __future__ import annotations

import psycopg

from kindred.errors import GateError
from kindred.gates import release_batch
from kindred.loads import Batch
from kindred.pipeline.environment import PipelineEnvironment
from kindred.pipeline.ingest import pull
from kindred.publishing import publish_batches
from kindred.sources import LOADS, source_of
from kindred.warehouse import ledger, reconciliations
from kindred.warehouse.connections import connect


def replace(source: str, batch_id: int, run_id: str, where: PipelineEnvironment) -> int:
    """Extract a held batch's window again, and nothing else; return how many batches landed.

    The held batch stays until the new one is published, which supersedes it.

    Raises:
        NotLanded: The new batch did not land.
        GateError: The batch is not held, or belongs to another source.
    """
    with connect(where.warehouse("loader")) as conn:
        batch = _find(conn, source, batch_id)
        if reconciliations.of_batch(conn, batch_id) is not None:
            raise GateError(
                f"batch {batch_id} holds tombstones of deleted records, not the records of a"
                f" window: `kindred reconcile --source {source}` compares again"
            )
        windows = {batch.load: batch.window}
        return pull(conn, source, windows, run_id, where, is_backfill=batch.is_backfill)


def release(source: str, batch_id: int, reason: str, dsn: str) -> str:
    """Publish a held batch as it is, for a person's reason; return a line about the merge.

    Args:
        dsn: The loader's connection string.

    Raises:
        GateError: The reason is empty, the batch is not held or belongs to another source, or
            releasing it would bring back records that the vendor has deleted since.
        WarehouseError: The batch could not be merged, and stays held.
    """

    def let_through(conn: psycopg.Connection, batch: Batch) -> None:
        release_batch(conn, batch, reason)

    if not reason.strip():
        raise GateError(f"give a reason why batch {batch_id} may pass: the ledger keeps it")
    with connect(dsn) as conn:
        if ledger.is_released(conn, batch_id, reason):
            # An earlier attempt released it, but crashed before it could report that.
            return f"batch {batch_id} is released"
        batch = _find(conn, source, batch_id)
        is_answer = reconciliations.of_batch(conn, batch_id) is None
        if LOADS[batch.load].is_deleted_by_absence and is_answer:
            _refuse_old(conn, batch_id)
        # One transaction: a crash leaves the rows either in `held` or in raw.
        (publication,) = publish_batches(conn, [batch], LOADS, first=let_through)
    return str(publication)


def load_of(batch_id: int, dsn: str) -> str:
    """Return the load of a batch.

    Raises:
        GateError: There is no such batch.
    """
    with connect(dsn) as conn:
        batch = ledger.find(conn, batch_id)
    if batch is None:
        raise GateError(f"there is no batch {batch_id}: `kindred status` names what is held")
    return batch.load


def refuse_held(batch_id: int, dsn: str) -> None:
    """Raise GateError if a batch that should have been released is not published."""
    with connect(dsn) as conn:
        row = conn.execute(
            "select status from ops.loads where batch_id = %s", [batch_id]
        ).fetchone()
    status = row[0] if row else "unknown"
    if status != "published":
        raise GateError(f"batch {batch_id} is not released, it is {status}: see the publish task")


def _find(conn: psycopg.Connection, source: str, batch_id: int) -> Batch:
    batch = ledger.find_held(conn, batch_id)
    if source_of(batch.load) != source:
        raise GateError(
            f"batch {batch_id} belongs to {batch.load}, which is not a load of {source}"
        )
    return batch


def _refuse_old(conn: psycopg.Connection, batch_id: int) -> None:
    row = conn.execute(
        "select to_char(gated_at, 'YYYY-MM-DD') from ops.loads"
        " where batch_id = %s and gated_at < now() - interval '1 day'",
        [batch_id],
    ).fetchone()
    if row is not None:
        raise GateError(
            f"batch {batch_id} has been held since {row[0]} and may contain what its authors have"
            " deleted since. Replace it: that extracts the present records"
        )
