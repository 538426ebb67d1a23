"""Build the marts of a claimed build: dbt, the estimates from its tables, and dbt on those."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import psycopg

from kindred.building import dbt, estimation
from kindred.building.change_claims import Build, hold_attempt
from kindred.building.dbt import DbtNode
from kindred.errors import BuildError
from kindred.warehouse import ledger

# The model of whose texts may be scored, and all its ancestors.
_CONSENTS = ("--select", "+int_consenting_subjects", "--exclude-resource-type", "test")
# The estimates, and every model of dbt that descends from them.
_ON_ESTIMATES = "source:estimated+"


def build(
    conn: psycopg.Connection,
    claimed: Build,
    project: Path,
    target: Path,
    say: Callable[[str], None],
) -> list[DbtNode]:
    """Run dbt on the claimed changes, then the estimates, then dbt on what depends on those.

    Args:
        conn: The transformer's connection; dbt opens its own with the same credentials.
        claimed: The build to run.
        project: The dbt project's folder.
        target: A writable folder that keeps dbt's parsed project between nights.
        say: Called with a line for each finished node.

    Raises:
        BuildError: A node failed. The message names it and never quotes data.
        SupersededError: A newer attempt, or a newer build, has begun meanwhile.
    """
    ledger.join_attempt(conn, claimed.attempt)
    with dbt.environment(conn, project, claimed.build_id, claimed.attempt):
        nodes, problem = _parts(conn, claimed, project, target, say)
    _record(conn, claimed, nodes, problem)
    if problem:
        raise BuildError(
            f"{problem}; yesterday's marts stay. Find the model in dbt_project/, fix it and"
            " clear the build task: the claimed changes are kept"
        )
    return nodes


def build_consents(
    conn: psycopg.Connection,
    claimed: Build,
    project: Path,
    target: Path,
    say: Callable[[str], None],
) -> None:
    """Build the model of whose texts may be scored, by the definition that the marts use.

    Args:
        conn, claimed, project, target, say: As for `build`.

    Raises:
        BuildError: A node failed, so no consent is known and nothing may be scored.
        SupersededError: A newer attempt, or a newer build, has begun meanwhile.
    """
    ledger.join_attempt(conn, claimed.attempt)
    with dbt.environment(conn, project, claimed.build_id, claimed.attempt):
        nodes, problem = dbt.invoke(conn, project, target, say, *_CONSENTS)
    if problem:
        _record(conn, claimed, nodes, problem)
        raise BuildError(
            f"{problem}; who consents is not known, so no text is scored and yesterday's marts"
            " stay. Find the model in dbt_project/, fix it and clear the score task: the claimed"
            " changes are kept"
        )


def _record(
    conn: psycopg.Connection, claimed: Build, nodes: list[DbtNode], problem: str | None
) -> None:
    """Record the results of the nodes, and whether the build is built or has failed."""
    with conn.transaction():
        hold_attempt(conn)
        conn.execute(
            "update ops.builds set status = %s, built_at = now(), models = %s, message = %s"
            " where build_id = %s",
            [
                "failed" if problem else "built",
                msgspec.json.encode(nodes).decode(),
                problem,
                claimed.build_id,
            ],
        )


def _parts(
    conn: psycopg.Connection,
    claimed: Build,
    project: Path,
    target: Path,
    say: Callable[[str], None],
) -> tuple[list[DbtNode], str | None]:
    """Run the parts of a build up to the first that fails."""
    whole = ["--full-refresh"] if claimed.is_full_refresh else []
    run = partial(dbt.invoke, conn, project, target, say)
    parts: tuple[Callable[[], tuple[list[DbtNode], str | None]], ...] = (
        partial(run, "--exclude", _ON_ESTIMATES, *whole),
        partial(estimation.estimate, conn, say),
        partial(run, "--select", _ON_ESTIMATES, *whole),
    )
    nodes: list[DbtNode] = []
    for part in parts:
        found, problem = part()
        nodes += found
        if problem is not None:
            return nodes, problem
    return nodes, None
