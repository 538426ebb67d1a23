"""Decide what a batch without rows means: a quiet window, or a source that fell silent.

Nothing is wrong with no rows, so no rule over rows can see it.  What was published from the
weeks before says how many to expect.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg

from kindred.gates.verdicts import Finding
from kindred.loads import Batch

HISTORY = timedelta(days=28)
# Where seven rows are expected, none arrive by chance once in a thousand nights (Poisson).
FEWEST_EXPECTED = 7
# A load that skips what raw holds brings whole groups of rows, such as the phrases of a call.
GROUP = 10


def silence(conn: psycopg.Connection, batch: Batch, *, may_be_empty: bool) -> Finding:
    """Return the finding on a batch without rows: critical where rows were to be expected.

    Args:
        may_be_empty: the load skips what raw holds already, so its window, which looks back,
            brings nothing twice: only the time since rows last came can be too quiet.
    """
    rate = _rows_a_second(conn, batch)
    if may_be_empty:
        seconds, fewest = _seconds_without_rows(conn, batch), FEWEST_EXPECTED * GROUP
    else:
        seconds, fewest = _seconds(batch.window.end - batch.window.start), FEWEST_EXPECTED
    history = f"about {rate * seconds:,.0f} expected" if rate is not None else "no history yet"
    return Finding(
        "rows_arrived",
        "critical" if rate is not None and rate * seconds >= fewest else "warning",
        False,
        f"No rows in this window ({history}, from what was published of the 28 days before)."
        " Look at the vendor's status, the credentials' permissions and the object's name, then"
        " land the load again; `kindred release` if the source was really quiet.",
        0,
        0,
    )


def _rows_a_second(conn: psycopg.Connection, batch: Batch) -> float | None:
    """Rows a second in the published windows that overlap this one or the 28 days before."""
    row = conn.execute(
        """
        with history as (
            select
                rows_landed / extract(epoch from window_end - window_start) as rows_a_second,
                extract(epoch from
                    least(window_end, %(end)s) - greatest(window_start, %(since)s)
                ) as seconds
            from ops.loads
            where load = %(load)s and batch_id <> %(batch)s and status = 'published'
                and window_end > %(since)s and window_start < %(end)s
        )
        select sum(rows_a_second * seconds) / sum(seconds) from history
        """,
        {
            "load": batch.load,
            "batch": batch.batch_id,
            "since": batch.window.start - HISTORY,
            "end": batch.window.end,
        },
    ).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def _seconds_without_rows(conn: psycopg.Connection, batch: Batch) -> float:
    """Return how long before the window's end the last window with rows ended."""
    row = conn.execute(
        "select max(window_end) from ops.loads"
        " where load = %s and status = 'published' and rows_landed > 0",
        [batch.load],
    ).fetchone()
    last = row[0] if row and row[0] else batch.window.start
    return max(0.0, _seconds(batch.window.end - last))


def _seconds(length: timedelta) -> float:
    return length.total_seconds()
