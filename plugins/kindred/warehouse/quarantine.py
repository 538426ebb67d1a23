"""Why rows are in quarantine: field and rule, commonest first, never a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

MOST = 3


@dataclass(frozen=True)
class Reason:
    """One reason of a batch, and how many of its rows it refused."""

    batch_id: int
    reason: str
    rows: int

    def __str__(self) -> str:
        return f"{self.reason}, {self.rows:,} rows"


def reasons(conn: psycopg.Connection, batches: Iterable[int], most: int = MOST) -> list[Reason]:
    """Return the commonest reasons of each batch, at most `most` of each."""
    with conn.cursor(row_factory=class_row(Reason)) as cursor:
        return cursor.execute(
            """
            with counted as (
                select batch_id, reason, count(*) as rows
                from quarantine.rows
                where batch_id = any(%s)
                group by batch_id, reason
            ),
            ranked as (
                select
                    *,
                    row_number() over (partition by batch_id order by rows desc, reason) as place
                from counted
            )
            select batch_id, reason, rows from ranked where place <= %s order by batch_id, place
            """,
            [list(batches), most],
        ).fetchall()
