"""Gate tonight's scores before anything is built from them: the suite `scored_texts`.

It checks `scored.profiles`, which has a row per load and score. It therefore takes the same time
every night, and the table shows for a failed rule which load and score are off, and how far.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg

from kindred.errors import GateError, SupersededError
from kindred.gates import suites, verdicts
from kindred.gates.gx_runner import SuiteRunner
from kindred.gates.verdicts import Finding, Verdict
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

SUITE = "scored_texts"


def check_scores(
    dsn: str,
    build_id: int,
    *,
    is_used: bool = True,
    accepted: str = "",
    folder: Path | None = None,
) -> Verdict:
    """Gate the scores of the build's texts and write the verdict.

    Args:
        dsn: The transformer's connection string.
        is_used: Whether the marts use the model of these scores. If it is still reading and they
            use the one before, a failed rule is reported and holds nothing.
        accepted: A person's reason why scores that the suite holds may pass; later nights are then
            compared with them. Empty without one.
        folder: The folder of the suites; by default `expectations/`.

    Raises:
        SupersededError: The build is not the current one.
    """
    with connect(dsn) as conn, SuiteRunner(dsn) as runner:
        verdict = verdicts.decide(
            SUITE, _findings(conn, runner, build_id, is_used, folder), build_id=build_id
        )
        # A check that could not run cannot be accepted either.
        is_accepted = bool(accepted) and verdict.status == "held" and _has_run(verdict, folder)
        if is_accepted:
            verdict = replace(verdict, status="passed")
        with conn.transaction():
            verdicts.write(conn, verdict)
            _record(conn, verdict, accepted if is_accepted else None)
    return verdict


def _findings(
    conn: psycopg.Connection,
    runner: SuiteRunner,
    build_id: int,
    is_used: bool,
    folder: Path | None,
) -> Iterator[Finding]:
    try:
        suite = suites.read(SUITE, folder)
    except GateError as error:
        yield Finding("suite_is_fit", "critical", False, str(error))
        return
    query = f"select * from scored.profiles where build_id = {build_id:d}"  # noqa: S608
    row = conn.execute(f"select count(*) from ({query}) as profiles").fetchone()  # noqa: S608
    if not row or row[0] == 0:
        yield Finding(
            "texts_are_profiled",
            "critical",
            False,
            f"scored.profiles has no row of build {build_id}, so nothing would be checked: clear"
            " the score task of its run.",
            0,
        )
        return
    rules = _rules(suite)
    for finding in runner.run(suite, query, row[0]):
        is_rule = finding.rule in rules
        yield finding if is_used or not is_rule else replace(finding, severity="warning")


def _rules(suite: suites.Suite) -> set[str]:
    return {suites.title(rule) for rule in suite.document["expectations"]}


def _has_run(verdict: Verdict, folder: Path | None) -> bool:
    """Return whether only rules of the suite block, and all of them could run."""
    try:
        rules = _rules(suites.read(SUITE, folder))
    except GateError:
        return False
    return all(finding.rule in rules for finding in verdict.blocking)


def _record(conn: psycopg.Connection, verdict: Verdict, accepted: str | None) -> None:
    message = None
    if not verdict.is_passed:
        standing = ledger.published_marts(conn)
        message = f"{verdict.suite} {verdict.summary()}. {standing[0].upper()}{standing[1:]}."
    changed = conn.execute(
        "update ops.builds set status = %s, message = %s, scores_accepted = %s, gated_at ="
        " case when %s then gated_at else now() end"
        " where build_id = %s and build_id = (select max(build_id) from ops.builds)"
        " and status in ('building', 'held')",
        [
            "building" if verdict.is_passed else "held",
            message,
            accepted,
            verdict.is_passed,
            verdict.build_id,
        ],
    ).rowcount
    if not changed:
        raise SupersededError(f"build {verdict.build_id} is not waiting for its scores")
