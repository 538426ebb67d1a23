"""Compare the share of a batch's rows that find their customer with that of the last weeks.

If phones change their format, ids lose characters or a field becomes empty, no single row is wrong,
but the load counts for no customer. A suite defines in `meta: {linked: ...}` which of its rows find
a customer. The share in raw is computed again each night, because calls may arrive before contacts
in the first night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

import psycopg
from psycopg import sql

from kindred.gates.verdicts import Finding
from kindred.loads import Batch

HISTORY = timedelta(days=28)
# The share of fewer rows is not compared.
FEWEST = 30
# Standard errors that rule out chance; then the loss that warns, and the loss that holds.
ERRORS = 4.0
LOOK, HALT = 0.05, 0.25


@dataclass(frozen=True)
class Share:
    """The number of linked rows among some rows."""

    linked: int
    rows: int

    @property
    def value(self) -> float:
        return self.linked / self.rows


def links(conn: psycopg.Connection, batch: Batch, condition: str) -> Finding:
    """Return the finding on a batch's linked share.

    Args:
        condition: An SQL condition on a row of the load: whether it finds its customer.
    """
    now, before = _landed(conn, batch, condition), _before(conn, batch, condition)
    drop = before.value - now.value if now.rows and before.rows else 0.0
    is_comparable = min(now.rows, before.rows) >= FEWEST
    is_less = is_comparable and drop > max(LOOK, ERRORS * _error(now, before))
    known = f"{before.value:.1%} of the last 28 days" if is_comparable else "too few to compare"
    return Finding(
        "linked_share",
        "critical" if drop >= HALT else "warning",
        not is_less,
        f"{now.linked:,} of {now.rows:,} rows find their customer ({known}). Fewer than before"
        " means that an address or an id changed its format, or that a field became empty: compare"
        " a row of held with its contact in raw; release the batch if the others are strangers.",
        now.rows,
        now.rows - now.linked,
    )


def _landed(conn: psycopg.Connection, batch: Batch, condition: str) -> Share:
    return _count(
        conn, "landing", batch, condition, sql.SQL("_batch_id = {}").format(batch.batch_id)
    )


def _before(conn: psycopg.Connection, batch: Batch, condition: str) -> Share:
    recent = sql.SQL(
        "_batch_id in (select batch_id from ops.loads where load = {} and status = 'published'"
        " and window_end > {} and batch_id <> {})"
    ).format(batch.load, batch.window.start - HISTORY, batch.batch_id)
    return _count(conn, "raw", batch, condition, recent)


def _count(
    conn: psycopg.Connection, schema: str, batch: Batch, condition: str, where: sql.Composable
) -> Share:
    # A suite's SQL is trusted: it is part of the repository, like its rules.
    row = conn.execute(
        sql.SQL("select count(*) filter (where {}), count(*) from {} where {}").format(
            sql.SQL(condition), sql.Identifier(schema, batch.load), where
        )
    ).fetchone()
    assert row is not None  # noqa: S101 -- an aggregate has one row
    return Share(*row)


def _error(now: Share, before: Share) -> float:
    """Return the standard error of the difference of two shares, if both are truly equal."""
    share = (now.linked + before.linked) / (now.rows + before.rows)
    return sqrt(share * (1 - share) * (1 / now.rows + 1 / before.rows))
