"""The results of a gate: rules and numbers of rows, never a value of a row.

Reports are read in logs, tickets and chats, by people who may not see a customer's data.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import psycopg

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one rule; `notes` explain why the rule exists and what to do."""

    rule: str
    severity: Severity
    is_passed: bool
    notes: str
    rows_checked: int | None = None
    rows_failed: int | None = None

    @property
    def is_blocking(self) -> bool:
        return self.severity == "critical" and not self.is_passed

    def rows(self) -> str:
        """The number of failed rows as a text; empty if they were not counted."""
        if self.rows_failed is None or self.rows_checked is None:
            return "failed"
        return f"failed, {self.rows_failed:,} of {self.rows_checked:,} rows"

    def __str__(self) -> str:
        outcome = "passed" if self.is_passed else self.rows()
        return f"{self.severity} {self.rule}: {outcome}"


@dataclass(frozen=True)
class Verdict:
    """The decision of a gate on one load's batch or one build's mart.

    `status` is `passed`, `held` (a critical rule failed; the rows are kept) or `failed` (the rows
    cannot be trusted: run the step again).
    """

    suite: str
    status: Literal["passed", "held", "failed"]
    findings: tuple[Finding, ...]
    batch_id: int | None = None
    build_id: int | None = None

    @property
    def is_passed(self) -> bool:
        return self.status == "passed"

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_blocking)

    def summary(self) -> str:
        """Return one line for the ledger: the rules, or what to do if no batch is left."""
        failed = [finding for finding in self.findings if not finding.is_passed]
        if self.status == "failed":
            return " ".join(finding.notes for finding in failed)
        if not failed:
            return f"{self.status}: {len(self.findings)} rules"
        return f"{self.status}: " + "; ".join(str(finding) for finding in failed)

    def lines(self) -> list[tuple[int, str]]:
        """Return the verdict's log lines, each with its level; a blocking finding is an error.

        A line begins with the rule and its columns. The notes follow on the next line.
        """
        which = f"batch {self.batch_id}" if self.batch_id is not None else f"build {self.build_id}"
        failed = [finding for finding in self.findings if not finding.is_passed]
        level = logging.INFO if self.is_passed else logging.ERROR
        warnings = len(failed) - len(self.blocking)
        counts = f"{len(self.findings)} rules, {len(self.blocking)} blocking, {warnings} warnings"
        found = [(level, f"{self.suite} ({which}) {self.status}: {counts}")]
        for finding in sorted(failed, key=lambda finding: not finding.is_blocking):
            level = logging.ERROR if finding.is_blocking else logging.WARNING
            found += [(level, f"{finding.rule}: {finding.rows()}"), (level, f"  {finding.notes}")]
        return found

    def __str__(self) -> str:
        return "\n".join(line for _, line in self.lines())


def decide(
    suite: str,
    findings: Iterable[Finding],
    *,
    batch_id: int | None = None,
    build_id: int | None = None,
) -> Verdict:
    """Return the verdict by severity: a failed critical rule holds, a warning is reported."""
    found = tuple(findings)
    # Without findings the gate would have checked nothing.
    is_held = not found or any(finding.is_blocking for finding in found)
    return Verdict(suite, "held" if is_held else "passed", found, batch_id, build_id)


def write(conn: psycopg.Connection, verdict: Verdict) -> None:
    """Write each finding to `ops.gate_results`.

    Findings are inserted one by one. After `executemany`, which uses pipeline mode, Postgres 18
    does not end a session whose process stops in the middle of the transaction.
    """
    for found in verdict.findings:
        conn.execute(
            "insert into ops.gate_results (suite, batch_id, build_id, rule, severity, is_passed,"
            " rows_checked, rows_failed, notes) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                verdict.suite,
                verdict.batch_id,
                verdict.build_id,
                found.rule,
                found.severity,
                found.is_passed,
                found.rows_checked,
                found.rows_failed,
                found.notes,
            ],
        )
