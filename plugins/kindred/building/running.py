"""Build the marts of a claimed build: dbt, the estimates on what it made, and dbt on those."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import psycopg

from kindred.building import dbt, estimating
from kindred.building.claims import Build
from kindred.building.dbt import Node
from kindred.errors import BuildError, SupersededError

# dbt works in one schema: a build that was replaced while it ran ends before the next begins.
_DBT_LOCK = "select pg_advisory_lock(hashtextextended('kindred:dbt', 0))"
_DBT_UNLOCK = "select pg_advisory_unlock(hashtextextended('kindred:dbt', 0))"
# What a model estimates, and every model of dbt that is made from it.
_ON_ESTIMATES = "source:estimated+"


def build(
    conn: psycopg.Connection,
    claimed: Build,
    project: Path,
    target: Path,
    say: Callable[[str], None],
) -> list[Node]:
    """Run dbt over the claimed changes, the estimates, and dbt over what is made from those.

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
        with dbt.environment(conn, claimed.build_id):
            nodes, problem = _parts(conn, claimed, project, target, say)
    finally:
        conn.execute(_DBT_UNLOCK)
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


def _parts(
    conn: psycopg.Connection,
    claimed: Build,
    project: Path,
    target: Path,
    say: Callable[[str], None],
) -> tuple[list[Node], str | None]:
    """Go through the parts of a build to the first that fails."""
    whole = ["--full-refresh"] if claimed.is_full_refresh else []
    run = partial(dbt.invoke, project, target, say)
    parts: tuple[Callable[[], tuple[list[Node], str | None]], ...] = (
        partial(run, "--exclude", _ON_ESTIMATES, *whole),
        partial(estimating.estimate, conn, say),
        partial(run, "--select", _ON_ESTIMATES, *whole),
    )
    nodes: list[Node] = []
    for part in parts:
        found, problem = part()
        nodes += found
        if problem is not None:
            return nodes, problem
    return nodes, None
