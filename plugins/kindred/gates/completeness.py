"""Compare the ledger's counts of a landed batch with the rows in landing.

Landing is unlogged: a crash of the database empties it, and a gate over no rows would find nothing
wrong.  A gate therefore counts before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from kindred.errors import GateError
from kindred.gates import small_batches
from kindred.gates.verdicts import Finding
from kindred.loads import Batch
from kindred.warehouse import quarantine


@dataclass(frozen=True)
class LandedCounts:
    """The ledger's counts of a batch, and the number of its rows in landing."""

    rows_landed: int
    rows_quarantined: int
    values_unread: int
    extra_fields: list[str]
    rows_present: int
    extracted_at: datetime | None
    reasons: list[quarantine.Reason]  # the most frequent

    @property
    def is_whole(self) -> bool:
        return self.rows_present == self.rows_landed

    def completeness(self) -> Finding:
        """Return the finding on whether all landed rows are still there."""
        return Finding(
            "rows_as_landed",
            "critical",
            self.is_whole,
            f"The ledger counts {self.rows_landed:,} landed rows, {self.rows_present:,} are there."
            + (
                ""
                if self.is_whole
                else " Landing is not crash-safe: a crash of the database empties it. Run this load"
                " again for its window (clear its land task); raw is unchanged."
            ),
            self.rows_landed,
            abs(self.rows_landed - self.rows_present),
        )

    def quarantined(self, limit: float) -> Finding:
        """Return the finding on whether few enough records broke their contract."""
        total = self.rows_landed + self.rows_quarantined
        share = self.rows_quarantined / total if total else 0.0
        is_few = not small_batches.can_hold(self.rows_quarantined, total)
        return Finding(
            "quarantined_share",
            "warning" if is_few else "critical",
            share <= limit,
            f"{self._commonest()}At most {limit:.1%} of a batch may break its contract: more means"
            " that the vendor changed its API or that the contract is wrong. The rows are in"
            " quarantine.rows; correct the contract in kindred/sources, and land the load again.",
            total,
            self.rows_quarantined,
        )

    def _commonest(self) -> str:
        """Return the most frequent reasons: fields and rules, without a value."""
        return "".join(f"{each.rows:,} x {each.reason}. " for each in self.reasons)

    def unread(self) -> Finding:
        """Return the finding on whether every address could be parsed."""
        return Finding(
            "values_are_readable",
            "warning",
            not self.values_unread,
            "A value that is not certainly one address of one person becomes null and links nobody;"
            " _extra keeps the original. National numbers need KINDRED_PHONE_REGION.",
            self.rows_present,
            self.values_unread,
        )

    def extra(self) -> Finding:
        """Return the finding on whether the contract names every field received."""
        names = ", ".join(self.extra_fields)
        return Finding(
            "fields_in_contract",
            "warning",
            not self.extra_fields,
            "Fields that the contract does not name are kept in _extra"
            + (f" ({names}): add those that matter to the contract." if names else "."),
            self.rows_present,
        )


def read_counts(conn: psycopg.Connection, batch: Batch) -> LandedCounts:
    """Read the ledger's row of a batch, and count its rows in landing.

    Raises:
        GateError: There is no such batch, or no landing table.
    """
    query = sql.SQL(
        "select rows_landed, rows_quarantined, values_unread, extra_fields,"
        " count(_batch_id), max(_extracted_at)"
        " from ops.loads left join {} on _batch_id = batch_id"
        " where batch_id = {} group by batch_id"
    ).format(sql.Identifier("landing", batch.load), batch.batch_id)
    try:
        row = conn.execute(query).fetchone()
    except psycopg.errors.UndefinedTable:
        raise GateError(
            f"landing.{batch.load} is missing: run `kindred migrate`, then land the load again"
        ) from None
    if row is None:
        raise GateError(f"{batch.load}: the ledger has no batch {batch.batch_id}; land it first")
    reasons = quarantine.reasons(conn, [batch.batch_id])
    return LandedCounts(*(*row, reasons))
