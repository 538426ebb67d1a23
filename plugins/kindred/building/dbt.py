"""Run dbt in this process, and record the result of each of its nodes.

dbt's own console, log file and result file quote the values of a row that fails a cast, so all
three are off. The name, status, seconds and rows of each node are recorded instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from kindred import settings
from kindred.building import entities, failed_columns
from kindred.warehouse import connections

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class DbtNode:
    """The result of one dbt node.

    `folder` is the project's folder with the node's file, which identifies the marts; an estimate
    has none.
    """

    name: str
    kind: str
    status: str
    seconds: float
    rows: int | None
    folder: str | None = None


@contextmanager
def environment(
    conn: psycopg.Connection, project: Path, build_id: int, attempt: int
) -> Iterator[None]:
    """Pass dbt credentials, the project's entities and the build's number in the environment.

    The attempt is passed to the sessions in libpq's own variable: a variable of the project would
    make dbt parse every file again each night.
    """
    parts = conninfo_to_dict(conn.info.dsn)
    wanted = {
        settings.TRANSFORMER_HOST.name: parts.get("host"),
        settings.TRANSFORMER_PORT.name: parts.get("port", 5432),
        settings.TRANSFORMER_USER.name: parts.get("user"),
        settings.TRANSFORMER_PASSWORD.name: conn.info.password,
        settings.TRANSFORMER_DATABASE.name: parts.get("dbname"),
        **entities.variable(project),
        settings.BUILD_ID.name: build_id,
        "PGOPTIONS": f"{connections.PATIENCE} -c kindred.attempt={attempt}",
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


def invoke(
    conn: psycopg.Connection,
    project: Path,
    target: Path,
    say: Callable[[str], None],
    *options: str,
) -> tuple[list[DbtNode], str | None]:
    """Run `dbt build` with options; return its nodes, and the problem if it failed.

    Args:
        conn: The transformer's connection, which finds the column of a failed model.
    """
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
    with failed_columns.recording_failures() as errors:
        outcome = dbtRunner(callbacks=[heard]).invoke([*arguments, *options])
    if outcome.result is None:
        kind = type(outcome.exception).__name__
        return [], f"dbt did not start ({kind}{_where(outcome.exception)})"
    results: Any = outcome.result
    return [_node(result) for result in results], _problem(conn, results, errors)


def _problem(conn: psycopg.Connection, results: Any, errors: Mapping[str, Any]) -> str | None:
    """Return a text with the failed nodes and Postgres's reason for each; None without any."""
    failed = [result for result in results if result.status in ("error", "fail", "runtime error")]
    if not failed:
        return None
    names = ", ".join(f"{result.node.name}{_broken_promise(result)}" for result in failed)
    reasons = [
        f"{result.node.name}: {reason}"
        for result in failed
        if (reason := failed_columns.describe(conn, result.node, errors))
    ]
    return "; ".join([f"dbt failed in {names}", *reasons])


def _missing_preset(project: Path) -> str | None:
    """Return a text if the preset with the business's numbers is a folder that does not exist."""
    wanted = settings.PRESET.get()
    presets = sorted(folder.name for folder in (project / "seeds" / "presets").glob("*/"))
    if not presets or wanted in presets:
        return None
    return f"{settings.PRESET.name} names no preset {wanted!r}; there are: {', '.join(presets)}"


def _where(error: BaseException | None) -> str:
    """Return the file that a dbt error names, which is safe to show, unlike the error's text."""
    found = re.search(
        r"\(((?:staging|entities|intermediate|marts|seeds|macros|tests)/[\w./-]+)\)", str(error)
    )
    return f" in {found.group(1)}" if found else ""


def _broken_promise(result: Any) -> str:
    """Describe the constraint that a table breaks, without the error's text, which quotes a row."""
    error = str(result.message)
    if "could not create unique index" in error or "violates unique constraint" in error:
        return " (rows with the same key)"
    found = re.search(
        r'column "(\w+)" of relation "\w+" (?:violates not-null|contains null)', error
    )
    if found is None:
        return ""
    return f" (null in {found.group(1) if found.group(1) in result.node.columns else 'its key'})"


def _node(result: Any) -> DbtNode:
    rows = (result.adapter_response or {}).get("rows_affected")
    return DbtNode(
        result.node.name,
        str(result.node.resource_type),
        str(result.status),
        round(result.execution_time, 3),
        int(rows) if rows is not None and int(rows) >= 0 else None,
        Path(result.node.original_file_path).parts[0],
    )
