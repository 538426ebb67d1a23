"""The batch of a run's tombstones, and the content of a tombstone.

A tombstone is one tick newer than the version that it ends. It is the same in whichever run finds
the deletion, and older than any later version of the vendor's. It erases words and addresses,
because the vendor no longer holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from kindred.landing.batch_writer import BatchWriter
from kindred.loads import TICK, Load, Page, Window
from kindred.warehouse import ledger, reconciliations
from kindred.warehouse.reconciliations import Reconciliation

MOMENT = timedelta(seconds=1)


class TombstoneWriter:
    """Land the records of one run and load; the batch is opened with the first record."""

    def __init__(self, conn: psycopg.Connection, load: Load, run_id: str, now: datetime) -> None:
        """Begin before the vendor is queried: the time of extraction is now.

        Args:
            now: The time through which the load is published. The batch belongs to no night. Its
                window is the second before that time, which covers no day and moves no cursor.
        """
        self._conn, self._load, self._run_id = conn, load, run_id
        through = now.astimezone(UTC)
        self._window = Window(through - MOMENT, through)
        self._began = datetime.now(UTC)
        self._writer: BatchWriter | None = None

    @property
    def batch_id(self) -> int | None:
        return self._writer.batch.batch_id if self._writer else None

    def end(self, rows: Sequence[dict[str, Any]]) -> None:
        """Land tombstones for these rows of raw."""
        self.write_page([tombstone(self._load, row) for row in rows])

    def write_page(self, records: Sequence[dict[str, Any]]) -> None:
        """Land records unchanged."""
        if not records:
            return
        if self._writer is None:
            self._writer = BatchWriter(
                self._conn, self._load, self._window, self._run_id, self._began, is_backfill=True
            )
        self._writer.write_page(Page(self._load.name, list(records)))
        self._raise()

    def close(self, made: Reconciliation) -> None:
        """Record the comparison, then write the rest of the batch and the ledger's row.

        The order matters: once the batch has landed, the gate must recognize it as tombstones.
        """
        with self._conn.transaction():
            if self._writer is not None:
                ledger.fence(self._conn, self._writer.batch)
            reconciliations.record(self._conn, made)
        if self._writer is not None:
            self._writer.close()
            self._raise()

    def abort(self, error: Exception) -> None:
        """Discard what was landed."""
        if self._writer is not None:
            self._writer.abort(error)

    def _raise(self) -> None:
        if self._writer is not None and self._writer.error is not None:
            raise self._writer.error


def tombstone(load: Load, row: dict[str, Any]) -> dict[str, Any]:
    """Return the record that ends a row of raw, with the field names that the contract expects."""
    if load.deletions is None or load.modified_at is None:
        raise TypeError(f"{load.name} has no deletions to be found")
    stamp = row[load.modified_at] + TICK
    ended = {**row, **load.deletions.erased, load.modified_at: stamp, "is_deleted": True}
    return {field.encode_name: ended[field.name] for field in msgspec.structs.fields(load.row)}
