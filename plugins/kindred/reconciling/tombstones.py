"""The batch of a run's tombstones, and what a tombstone says.

It is one tick newer than the version that it ends: the same whichever run finds it, and older
than whatever the vendor may say of the record afterwards. Words and addresses go with it, since
the vendor holds them no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from kindred.arrivals import Arrival
from kindred.loads import TICK, Load, Page, Window

MOMENT = timedelta(seconds=1)


class Tombstones:
    """What a run lands of one load; there is no batch before the first record."""

    def __init__(self, conn: psycopg.Connection, load: Load, run_id: str, now: datetime) -> None:
        """Begin before the vendor is asked: the time of extraction is now.

        Args:
            now: up to where the load is published. The batch is no night's: its window is the
                moment before that, which covers no day and moves no cursor.
        """
        self._conn, self._load, self._run_id = conn, load, run_id
        through = now.astimezone(UTC)
        self._window = Window(through - MOMENT, through)
        self._began = datetime.now(UTC)
        self._arrival: Arrival | None = None

    @property
    def batch_id(self) -> int | None:
        return self._arrival.outcome().batch_id if self._arrival else None

    def end(self, rows: Sequence[dict[str, Any]]) -> None:
        """End these rows of raw."""
        self.take([tombstone(self._load, row) for row in rows])

    def take(self, records: Sequence[dict[str, Any]]) -> None:
        """Land records as they are."""
        if not records:
            return
        if self._arrival is None:
            self._arrival = Arrival(
                self._conn, self._load, self._window, self._run_id, self._began, is_backfill=True
            )
        self._arrival.take(Page(self._load.name, list(records)))
        self._raise()

    def finish(self) -> None:
        """Write the rest, and the ledger's row."""
        if self._arrival is not None:
            self._arrival.finish()
            self._raise()

    def fail(self, error: Exception) -> None:
        """Take back what was landed."""
        if self._arrival is not None:
            self._arrival.fail(error)

    def _raise(self) -> None:
        if self._arrival is not None and self._arrival.error is not None:
            raise self._arrival.error


def tombstone(load: Load, row: dict[str, Any]) -> dict[str, Any]:
    """Return the record that ends a row of raw, under the names that its contract reads."""
    if load.deletions is None or load.modified_at is None:
        raise TypeError(f"{load.name} has no deletions to be found")
    stamp = row[load.modified_at] + TICK
    ended = {**row, **load.deletions.erased, load.modified_at: stamp, "is_deleted": True}
    return {field.encode_name: ended[field.name] for field in msgspec.structs.fields(load.row)}
