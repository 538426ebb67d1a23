"""One batch on its way into its landing table, and what became of it.

Rows go in chunks, each one transaction that has checked the fence, so that memory stays small
and an orphan of an older attempt stops at its next chunk. The ledger counts what is written in
the same transaction: the gate compares the two before anything else.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from kindred.errors import KindredError, SupersededError, WarehouseError
from kindred.fields import Limits
from kindred.landing.contracts import Contract
from kindred.loads import Batch, Load, Page, Window
from kindred.warehouse import copying, ledger, schema, sqlstates

CHUNK_BYTES = 4 * 1024 * 1024
COPY_SECONDS = 120  # for a chunk, which takes less than one
MOST_EXTRA_FIELDS = 50
NAMED_UNANSWERED = 5
log = logging.getLogger(__name__)
REFUSED_COLUMNS = [
    schema.Column("load", "text", False),
    schema.Column("batch_id", "bigint", False),
    schema.Column("reason", "text", False),
    schema.Column("record", "text", False),
]


@dataclass(frozen=True)
class LandingResult:
    """What became of one load: landed, or failed with the error that stopped it."""

    load: str
    batch_id: int
    rows_landed: int
    rows_quarantined: int
    extra_fields: tuple[str, ...] = ()
    unread: tuple[tuple[str, int], ...] = ()  # by field, values that are null now
    texts_replaced: int = 0
    error: KindredError | None = None

    def __str__(self) -> str:
        if self.error:
            return f"{self.load}: not landed: {self.error}"
        notes = [
            f"{self.load}: {self.rows_landed} rows landed, {self.rows_quarantined} quarantined"
        ]
        if self.extra_fields:
            notes.append(f"fields not in the contract: {', '.join(self.extra_fields)}")
        notes += [f"{count} of {name} not readable, null" for name, count in self.unread]
        if self.texts_replaced:
            notes.append(f"{self.texts_replaced} texts with what cannot be stored, replaced")
        return ", ".join(notes)


class BatchWriter:
    """One batch on its way into its landing table."""

    def __init__(
        self,
        conn: psycopg.Connection,
        load: Load,
        window: Window,
        run_id: str,
        extracted_at: datetime,
        *,
        is_backfill: bool = False,
    ) -> None:
        self.load = load.name
        self._conn = conn
        self._contract = Contract(load, Limits.of(window, extracted_at))
        self._columns = [*schema.columns(load), *schema.META]
        self._extracted_at = extracted_at
        self._chunk: list[bytes] = []
        self._refused: list[tuple[str, int, str, str]] = []
        self._bytes = 0
        self._rows_landed = self._rows_quarantined = 0
        self._texts_replaced = 0
        self._extra_fields: set[str] = set()
        self._unread: Counter[str] = Counter()
        self._unanswered: dict[str, str] = {}
        self.error: KindredError | None = None
        with _plain_errors():
            self._batch: Batch = ledger.open_batch(
                conn, load.name, window, run_id, is_backfill=is_backfill
            )

    @property
    def batch(self) -> Batch:
        """The attempt that writes here."""
        return self._batch

    def write_page(self, page: Page) -> None:
        """Take a page; write when a chunk is full. An error ends this load only."""
        if self.error is not None:
            return
        try:
            if page.failure is not None:
                raise page.failure
            found = self._contract.validate(page.records)
            tail = (self._batch.batch_id, self._extracted_at)
            self._chunk.append(copying.encode(found.rows, self._columns, tail))
            self._refused += [
                (self._batch.load, self._batch.batch_id, *refusal) for refusal in found.refused
            ]
            self._bytes += len(self._chunk[-1]) + sum(len(text) for _, text in found.refused)
            self._rows_landed += len(found.rows)
            self._rows_quarantined += len(found.refused)
            self._texts_replaced += found.texts_replaced
            self._extra_fields |= found.extra_fields
            self._unread += found.unread
            self._unanswered |= page.unanswered
            if self._bytes >= CHUNK_BYTES:
                self._write()
        except Exception as error:
            self.abort(error)

    def close(self) -> None:
        """Write the rest and the ledger's row."""
        if self.error is not None:
            return
        try:
            self._write("landed")
            if self._unanswered:
                log.warning("%s: %s", self.load, self._message())
        except Exception as error:
            self.abort(error)

    def abort(self, error: Exception) -> None:
        """Take back what was landed and say why in the ledger; a newer attempt does both itself."""
        if self.error is not None:
            return
        self.error = _told(error)
        if isinstance(error, SupersededError):
            return
        with _plain_errors(), self._conn.transaction():
            ledger.fence(self._conn, self._batch)
            self._conn.execute(
                sql.SQL("delete from {} where _batch_id = %s").format(
                    sql.Identifier("landing", self._batch.load)
                ),
                [self._batch.batch_id],
            )
            self._rows_landed = 0
            ledger.record(self._conn, self._batch, "failed", message=str(self.error))

    def outcome(self) -> LandingResult:
        """Return what became of the batch."""
        return LandingResult(
            self._batch.load,
            self._batch.batch_id,
            self._rows_landed,
            self._rows_quarantined,
            tuple(self._named_extra()),
            tuple(self._unread.most_common()),
            self._texts_replaced,
            self.error,
        )

    def _write(self, status: str = "landing") -> None:
        with self._conn.transaction():
            ledger.fence(self._conn, self._batch)
            # A process that is stopped in mid-COPY is not idle to Postgres: this ends it.
            self._conn.execute(f"set local statement_timeout = '{COPY_SECONDS}s'")
            names = [column.name for column in self._columns]
            copying.copy_rows(self._conn, ("landing", self._batch.load), names, self._chunk)
            if self._refused:
                copying.copy_rows(
                    self._conn,
                    ("quarantine", "rows"),
                    [column.name for column in REFUSED_COLUMNS],
                    [copying.encode(self._refused, REFUSED_COLUMNS)],
                )
            ledger.record(
                self._conn,
                self._batch,
                status,
                rows_landed=self._rows_landed,
                rows_quarantined=self._rows_quarantined,
                texts_replaced=self._texts_replaced,
                values_unread=self._unread.total(),
                extra_fields=self._named_extra(),
                unanswered=sorted(self._unanswered),
                message=self._message(),
            )
        self._chunk, self._refused, self._bytes = [], [], 0

    def _message(self) -> str | None:
        """Say what the vendor did not give, and the first of it."""
        if not self._unanswered:
            return None
        first = sorted(self._unanswered.items())[:NAMED_UNANSWERED]
        named = ", ".join(f"{name} ({reason})" for name, reason in first)
        count = len(self._unanswered)
        more = f" and {count - len(first):,} more" if count > len(first) else ""
        return f"not returned by the vendor, requested again the next night: {named}{more}"

    def _named_extra(self) -> list[str]:
        return [copying.clean(name[:63]) for name in sorted(self._extra_fields)[:MOST_EXTRA_FIELDS]]


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise _told(error) from None


def _told(error: Exception) -> KindredError:
    """Return an error whose text quotes no value: Postgres and Python like to quote them."""
    if isinstance(error, KindredError):
        return error
    if isinstance(error, psycopg.Error):
        return WarehouseError(f"Postgres refused: {sqlstates.describe(error)}")
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return KindredError(f"{type(error).__name__} at {frame.name}, line {frame.lineno}")
