"""Build the marts: claim what changed, run dbt in this process, write down what each model did.

dbt's own console, log file and result file quote the values of a row that fails a cast, so all
three are off; what is kept is each node's name, status, seconds and rows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict

from kindred.errors import BuildError, SupersededError
from kindred.warehouse import ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

# dbt works in one schema: a build that was replaced while it ran ends before the next begins.
_DBT_LOCK = "select pg_advisory_lock(hashtextextended('kindred:dbt', 0))"
_DBT_UNLOCK = "select pg_advisory_unlock(hashtextextended('kindred:dbt', 0))"


@dataclass(frozen=True)
class Build:
    """One run of dbt over claimed changes: a row of `ops.builds`."""

    build_id: int
    changes: int
    is_full_refresh: bool

    def __str__(self) -> str:
        what = "full refresh" if self.is_full_refresh else "what changed"
        return f"build {self.build_id}: {what}, {self.changes:,} changes"


@dataclass(frozen=True)
class Node:
    """What one dbt node did."""

    name: str
    kind: str
    status: str
    seconds: float
    rows: int | None


def claim(
    conn: psycopg.Connection,
    run_id: str,
    *,
    full_refresh: bool = False,
    is_model_due: bool = False,
) -> Build | None:
    """Claim every change that no published build has covered; None when there is nothing to do.

    A cursor that moved without a change is work too: the marts say how fresh they are. What an
    unpublished build had claimed is claimed again, since its marts never got out; and a full
    refresh that never got out is still owed.

    Args:
        is_model_due: the texts have another model to be read by, which is work by itself.
    """
    with conn.transaction():
        ledger.lock_builds(conn)
        row = conn.execute(
            """
            select
                not exists (select from ops.builds where status = 'published'),
                exists (select from ops.changes),
                (select min(through) from ops.cursors),
                (select max(moved_at) from ops.cursors) > (
                    select max(started_at) from ops.builds where status = 'published'
                ),
                coalesce((
                    select is_full_refresh and status <> 'published'
                    from ops.builds order by build_id desc limit 1
                ), false)
            """
        ).fetchone()
        assert row is not None  # noqa: S101 -- a select without from has one row
        is_first, has_changes, data_through, has_moved, is_owed_full = row
        is_full = full_refresh or is_first or is_owed_full
        if data_through is None or not (is_full or has_changes or has_moved or is_model_due):
            return None
        conn.execute(
            "update ops.builds set status = 'failed',"
            " message = coalesce(message, 'replaced by a later build')"
            " where status in ('building', 'built', 'passed', 'held')"
        )
        row = conn.execute(
            "insert into ops.builds (run_id, status, is_full_refresh, data_through)"
            " values (%s, 'building', %s, %s) returning build_id",
            [run_id, is_full, data_through],
        ).fetchone()
        assert row is not None  # noqa: S101 -- `returning` gives the row just written
        claimed = conn.execute("update ops.changes set build_id = %s", [row[0]]).rowcount
        conn.execute("update ops.builds set changes = %s where build_id = %s", [claimed, row[0]])
    return Build(row[0], claimed, is_full)


def resume(conn: psycopg.Connection, build_id: int) -> Build:
    """Return the claimed build, to run it for the first time or again.

    Raises:
        SupersededError: a newer build has claimed its changes.
        BuildError: its texts are not scored, or their gate holds them.
    """
    row = conn.execute(
        "update ops.builds set status = 'building', message = null"
        " where build_id = %s and build_id = (select max(build_id) from ops.builds)"
        " and status <> 'published' and text_model_version is not null"
        " returning changes, is_full_refresh",
        [build_id],
    ).fetchone()
    if row is None:
        if _is_newest(conn, build_id):
            raise BuildError(f"build {build_id} has no scores yet: clear the score task of its run")
        raise SupersededError(f"build {build_id} is published, or a newer one has its changes")
    return Build(build_id, *row)


def build(
    conn: psycopg.Connection,
    claimed: Build,
    project: Path,
    target: Path,
    say: Callable[[str], None],
) -> list[Node]:
    """Run `dbt build` over the claimed changes as the connection's user.

    Args:
        conn: the transformer's connection; dbt opens its own with the same credentials.
        claimed: the build to run.
        project: the dbt project's folder.
        target: a writable folder that keeps dbt's parsed project between nights.
        say: told a line for each finished node.

    Raises:
        BuildError: a node failed; the message names it and never quotes data.
        SupersededError: a newer build has claimed its changes meanwhile.
    """
    conn.execute(_DBT_LOCK)
    try:
        with _environment(conn, claimed):
            nodes, problem = _invoke(claimed, project, target, say)
    finally:
        conn.execute(_DBT_UNLOCK)
    failed = [node for node in nodes if node.status in ("error", "fail", "runtime error")]
    if failed and problem is None:
        problem = "dbt failed in " + ", ".join(node.name for node in failed)
    with conn.transaction():
        written = conn.execute(
            "update ops.builds set status = %s, built_at = now(), models = %s, message = %s"
            " where build_id = %s and build_id = (select max(build_id) from ops.builds)",
            [
                "failed" if problem else "built",
                msgspec.json.encode(nodes).decode(),
                problem,
                claimed.build_id,
            ],
        ).rowcount
    if not written:
        raise SupersededError(f"build {claimed.build_id}: a newer one has its changes")
    if problem:
        raise BuildError(
            f"{problem}; yesterday's marts stay. Find the model in dbt_project/, mend it and"
            " clear the build task: the claimed changes are kept"
        )
    return nodes


def _is_newest(conn: psycopg.Connection, build_id: int) -> bool:
    row = conn.execute(
        "select %s = max(build_id) and bool_and(status <> 'published' or build_id <> %s)"
        " from ops.builds",
        [build_id, build_id],
    ).fetchone()
    return bool(row and row[0])


@contextmanager
def _environment(conn: psycopg.Connection, claimed: Build) -> Iterator[None]:
    """Give dbt the connection's credentials, and which build it makes, through the environment."""
    parts = conninfo_to_dict(conn.info.dsn)
    wanted = {
        "KINDRED_TRANSFORMER_HOST": parts.get("host"),
        "KINDRED_TRANSFORMER_PORT": parts.get("port", 5432),
        "KINDRED_TRANSFORMER_USER": parts.get("user"),
        "KINDRED_TRANSFORMER_PASSWORD": conn.info.password,
        "KINDRED_TRANSFORMER_DATABASE": parts.get("dbname"),
        "KINDRED_BUILD_ID": claimed.build_id,
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update({name: str(value) for name, value in wanted.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _missing_preset(project: Path) -> str | None:
    """Say so if the business's numbers are to come from a folder that is not there."""
    wanted = os.environ.get("KINDRED_PRESET") or "retail"
    presets = sorted(folder.name for folder in (project / "seeds" / "presets").glob("*/"))
    if not presets or wanted in presets:
        return None
    return f"KINDRED_PRESET names no preset {wanted!r}; there are: {', '.join(presets)}"


def _invoke(
    claimed: Build, project: Path, target: Path, say: Callable[[str], None]
) -> tuple[list[Node], str | None]:
    if (missing := _missing_preset(project)) is not None:
        return [], missing
    from dbt.cli.main import dbtRunner

    def heard(event: Any) -> None:
        if event.info.name == "NodeFinished":
            info = event.data.node_info
            say(f"{info.resource_type:<6} {info.node_name:<40} {info.node_status}")

    arguments = [
        "build",
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(target), "--exclude-resource-type", "unit_test"),
        *("--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-print"),
    ]
    if claimed.is_full_refresh:
        arguments.append("--full-refresh")
    outcome = dbtRunner(callbacks=[heard]).invoke(arguments)
    if outcome.result is None:
        kind = type(outcome.exception).__name__
        return [], f"dbt did not start ({kind}{_where(outcome.exception)})"
    results: Any = outcome.result
    return [_node(result) for result in results], None


def _where(error: BaseException | None) -> str:
    """Return the file a dbt error names, which is safe to show; its text may not be."""
    found = re.search(
        r"\(((?:staging|intermediate|marts|seeds|macros|tests)/[\w./-]+)\)", str(error)
    )
    return f" in {found.group(1)}" if found else ""


def _node(result: Any) -> Node:
    rows = (result.adapter_response or {}).get("rows_affected")
    return Node(
        result.node.name,
        str(result.node.resource_type),
        str(result.status),
        round(result.execution_time, 3),
        int(rows) if rows is not None and int(rows) >= 0 else None,
    )
