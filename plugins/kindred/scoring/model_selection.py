"""Select the model whose scores the marts use, and decide when a new one takes over.

Scores of two models are not on one scale, so a build uses those of one model only: the installed
one if it has read everything, else the previous one, whose scores are complete. The selection is
made once, before dbt starts, and stored in `ops.builds`.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from kindred.errors import SupersededError
from kindred.loads import Load
from kindred.warehouse import ledger

# The model activated last, which is not the newest one after a rollback.
IN_USE = """
    select model_version from scored.models
    where activated_at is not null order by activated_at desc limit 1
"""


@dataclass(frozen=True)
class ModelSelection:
    """The model whose scores a build uses, and the one that scores tonight's texts."""

    used: str
    installed: str
    texts_left: int

    @property
    def is_installed(self) -> bool:
        return self.used == self.installed

    def __str__(self) -> str:
        if self.is_installed:
            return f"the marts use the scores of {self.used}"
        return (
            f"the marts keep using the scores of {self.used}: {self.installed} has"
            f" {self.texts_left:,} texts left to read; tonight's texts are in the marts when it"
            " has read them all"
        )


def start_reading(conn: psycopg.Connection, loads: list[Load], version: str) -> str | None:
    """Record that a model starts to read; return the version in use, None before the first."""
    row = conn.execute(IN_USE).fetchone()
    in_use = str(row[0]) if row else None
    is_behind = version == in_use and bool(loads_with_missed_texts(conn, loads, version))
    conn.execute(
        "insert into scored.models (model_version, is_behind) values (%s, %s)"
        " on conflict (model_version) do update set read_at = now(),"
        " is_behind = models.is_behind or excluded.is_behind",
        [version, is_behind],
    )
    return in_use


def loads_with_missed_texts(
    conn: psycopg.Connection, loads: list[Load], version: str
) -> list[Load]:
    """Return the loads with texts that the model may have missed."""
    rows = conn.execute(
        "select load from scored.complete where model_version = %s and not exists ("
        " select from ops.builds"
        " where status = 'published' and builds.build_id > complete.build_id)",
        [version],
    ).fetchall()
    complete = {row[0] for row in rows}
    return [load for load in loads if load.name not in complete]


def record_progress(
    conn: psycopg.Connection, loads: list[Load], version: str, build_id: int, left: int
) -> None:
    """Record which loads the model has read completely, and how many texts it has not read."""
    with conn.transaction():
        for load in loads:
            conn.execute(
                "insert into scored.complete (load, model_version, build_id) values (%s, %s, %s)"
                " on conflict (load, model_version) do update set completed_at = now(),"
                " build_id = greatest(complete.build_id, excluded.build_id)",
                [load.name, version, build_id],
            )
        conn.execute(
            "update scored.models set texts_left = %s, read_at = now() where model_version = %s",
            [left, version],
        )


def select(conn: psycopg.Connection, loads: list[Load], version: str) -> ModelSelection:
    """Select the installed model if it has read everything, else the one in use."""
    row = conn.execute(
        f"select ({IN_USE}), texts_left from scored.models where model_version = %s",  # noqa: S608
        [version],
    ).fetchone()
    in_use, left = row or (None, 0)
    is_ready = in_use is None or not loads_with_missed_texts(conn, loads, version)
    return ModelSelection(version if is_ready else in_use, version, left)


def record_selection(conn: psycopg.Connection, build_id: int, choice: ModelSelection) -> None:
    """Store the model whose scores the build uses; a model that differs becomes the one in use.

    If texts reached the model in use late, no customer is due for them, so the build is a full one.

    Args:
        conn: The transformer's connection.

    Raises:
        SupersededError: A newer build has claimed the texts.
    """
    with conn.transaction():
        ledger.lock_builds(conn)
        row = conn.execute(
            f"select ({IN_USE}), is_behind from scored.models where model_version = %s",  # noqa: S608
            [choice.used],
        ).fetchone()
        in_use, is_behind = row or (None, False)
        is_late = choice.is_installed and is_behind and in_use == choice.used
        written = conn.execute(
            "update ops.builds set text_model_version = %s,"
            " is_full_refresh = is_full_refresh or %s"
            " where build_id = %s and build_id = (select max(build_id) from ops.builds)"
            " and status = 'building'",
            [choice.used, is_late, build_id],
        ).rowcount
        if not written:
            raise SupersededError(f"build {build_id} is not the newest: its scores are not used")
        conn.execute(
            "update scored.models set is_behind = %s, activated_at ="
            " case when %s then activated_at else clock_timestamp() end where model_version = %s",
            [not choice.is_installed, in_use == choice.used, choice.used],
        )


def is_another_model_due(conn: psycopg.Connection, version: str) -> bool:
    """Return whether the marts use a model other than the installed one, or lack its texts."""
    row = conn.execute(
        f"select ({IN_USE}) <> %(version)s or exists ("  # noqa: S608
        " select from scored.models where model_version = %(version)s and is_behind)",
        {"version": version},
    ).fetchone()
    return bool(row and row[0])
