"""Gate the marts of a build: either all pass, or readers keep the published ones.

Marts are consistent with each other only within one build, so one held mart holds the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from kindred.errors import GateError, SupersededError
from kindred.gates import suites, verdicts
from kindred.gates.gx_runner import SuiteRunner
from kindred.gates.verdicts import Finding, Verdict
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect


def check_marts(
    dsn: str, build_id: int, marts: Iterable[str] | None = None, folder: Path | None = None
) -> list[Verdict]:
    """Gate `build.<mart>` by `expectations/mart_<mart>.yml` and write the build's verdict.

    Args:
        dsn: The transformer's connection string.
        marts: The marts to check; by default all that have a suite or that the build made.

    Raises:
        SupersededError: The build is not waiting for its gate.
        GateError: There are no marts, so nothing would be checked.
    """
    with connect(dsn) as conn, SuiteRunner(dsn) as runner:
        attempt = _attempt(conn, build_id)
        names = list(marts) if marts is not None else _marts(conn, build_id, folder)
        if not names:
            raise GateError(f"build {build_id} has no marts, so its gate would check nothing")
        found = [
            verdicts.decide(
                f"mart_{mart}", _findings(conn, runner, mart, folder), build_id=build_id
            )
            for mart in names
        ]
        with conn.transaction():
            for verdict in found:
                verdicts.write(conn, verdict)
            _record(conn, build_id, attempt, found)
            if all(verdict.is_passed for verdict in found):
                _hand_over(conn, names)
    return found


def _hand_over(conn: psycopg.Connection, marts: list[str]) -> None:
    """Grant the publisher the right to read the marts, which it lacks on tables new from dbt."""
    tables = sql.SQL(", ").join(sql.Identifier("build", mart) for mart in marts)
    conn.execute(sql.SQL("grant select on {} to kindred_publisher").format(tables))


def _marts(conn: psycopg.Connection, build_id: int, folder: Path | None) -> list[str]:
    """Return the marts that have a suite or are built; those lacking one get a verdict too."""
    built = conn.execute(
        "select node ->> 'name' from ops.builds, jsonb_array_elements(models) as node"
        " where build_id = %s and node ->> 'kind' = 'model' and node ->> 'folder' = 'marts'",
        [build_id],
    ).fetchall()
    return sorted({row[0] for row in built} | set(suites.marts(folder)))


def _findings(
    conn: psycopg.Connection, runner: SuiteRunner, mart: str, folder: Path | None
) -> Iterator[Finding]:
    try:
        suite = suites.read(f"mart_{mart}", folder)
    except GateError as error:
        yield Finding("suite_is_fit", "critical", False, str(error))
        return
    query = sql.SQL("select count(*) from {}").format(sql.Identifier("build", mart))
    try:
        row = conn.execute(query).fetchone()
    except psycopg.errors.UndefinedTable:
        yield Finding(
            "mart_is_built",
            "critical",
            False,
            f"There is no build.{mart}: look for the model of that name in dbt_project/marts"
            " and in the build's results, then build again.",
        )
        return
    rows = row[0] if row else 0
    if rows == 0:
        yield Finding(
            "mart_has_rows",
            "warning" if _may_be_empty(conn, suite) else "critical",
            False,
            f"build.{mart} has no rows, and its suite's `may_be_empty` or `empty_without` does not"
            " allow that. Follow its inputs in dbt_project from the first that is empty.",
            0,
            0,
        )
        return
    yield _key(conn, mart, rows)
    yield from runner.run(suite, f'select * from build."{mart}"', rows)  # noqa: S608


def _key(conn: psycopg.Connection, mart: str, rows: int) -> Finding:
    """Return the finding on whether a primary key guards the mart against duplicate rows."""
    found = conn.execute(
        "select from pg_index where indrelid = %s::regclass and indisprimary",
        [f'build."{mart}"'],
    ).fetchone()
    return Finding(
        "key_is_unique",
        "critical",
        found is not None,
        f"build.{mart} has no primary key, so a row could count twice in every sum. Name its key in"
        f" `constraints` of dbt_project/marts/{mart}.yml; a kept mart gets it with"
        ' {"full_refresh": true} of refresh_marts.',
        rows,
    )


def _may_be_empty(conn: psycopg.Connection, suite: suites.Suite) -> bool:
    """Return whether a mart may be empty: always, or because another table has no rows."""
    if suite.empty_without is None:
        return suite.may_be_empty
    table = sql.Identifier("build", suite.empty_without)
    return conn.execute(sql.SQL("select from {} limit 1").format(table)).fetchone() is None


def _attempt(conn: psycopg.Connection, build_id: int) -> int | None:
    row = conn.execute("select attempt from ops.builds where build_id = %s", [build_id]).fetchone()
    return row[0] if row else None


def _record(
    conn: psycopg.Connection, build_id: int, attempt: int | None, found: list[Verdict]
) -> None:
    held = [verdict for verdict in found if not verdict.is_passed]
    message = None
    if held:
        standing = ledger.published_marts(conn)
        reasons = "; ".join(f"{one.suite} {one.summary()}" for one in held)
        message = f"{reasons}. {standing[0].upper()}{standing[1:]}."
    changed = conn.execute(
        "update ops.builds set status = %s, message = %s, gated_at = now()"
        " where build_id = %s and status in ('built', 'passed', 'held')"
        " and attempt is not distinct from %s",
        ["held" if held else "passed", message, build_id, attempt],
    ).rowcount
    if not changed:
        raise SupersededError(
            f"build {build_id} is not waiting for its gate: it was not finished, or is published"
        )
