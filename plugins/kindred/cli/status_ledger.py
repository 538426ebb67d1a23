"""What `kindred status` reads of the ledger: how fresh each load is, what is held, the marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from kindred.cli import run_ledger
from kindred.warehouse.connections import connect


@dataclass(frozen=True)
class Unanswered:
    """What the vendor did not give the last night of a load, by its ids."""

    load: str
    ids: list[str]


@dataclass(frozen=True)
class Freshness:
    """How far a load's published rows reach, and what is held of it."""

    load: str
    through: datetime | None
    published_at: datetime | None
    held: int


@dataclass(frozen=True)
class Publication:
    """The newest build of the marts in a given state."""

    build_id: int
    status: str
    data_through: datetime | None
    published_at: datetime | None
    message: str | None


@dataclass(frozen=True)
class TextModels:
    """Whose scores the marts use, and the model that is to take over, if one is."""

    in_use: str
    reading: str | None
    texts_left: int
    texts_waiting: int


def freshness(dsn: str) -> list[Freshness]:
    """Return an entry for each load that was ever asked for."""
    return run_ledger.rows(
        dsn,
        Freshness,
        """
        select
            loads.load,
            max(cursors.through) as through,
            max(loads.ended_at) filter (where loads.status = 'published') as published_at,
            count(*) filter (where loads.status = 'held') as held
        from ops.loads
        left join ops.cursors on cursors.load = loads.load
        group by loads.load
        order by loads.load
        """,
    )


def linked(dsn: str) -> dict[str, tuple[int, int]]:
    """Return by load how many records of the last 28 days belong to a customer, of how many.

    Args:
        dsn: the reader's connection string: marts are the readers'.
    """
    with connect(dsn) as conn:
        known = conn.execute("select to_regclass('marts.freshness')").fetchone()
        if known is None or known[0] is None:
            return {}
        found = conn.execute(
            "select load, linked_rows, recent_rows from marts.freshness where recent_rows > 0"
        ).fetchall()
    return {load: (linked_rows, recent_rows) for load, linked_rows, recent_rows in found}


def unanswered(dsn: str) -> list[Unanswered]:
    """Return an entry for each load whose last night the vendor did not give all of."""
    return run_ledger.rows(
        dsn,
        Unanswered,
        """
        with newest as (
            select distinct on (load) load, unanswered as ids
            from ops.loads
            where status = 'published' and not is_backfill
            order by load, window_end desc, batch_id desc
        )
        select load, ids from newest where cardinality(ids) > 0 order by load
        """,
    )


def held(dsn: str) -> list[dict[str, Any]]:
    """Return the batches and the build that gates hold, with the critical rules that failed last.

    Names, counts and notes; no values.
    """
    with connect(dsn) as session, session.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """
            with stuck as (
                select
                    load as name,
                    batch_id,
                    null::bigint as build_id,
                    window_end as through,
                    rows_landed
                from ops.loads
                where status = 'held'
                union all
                select 'marts', null, build_id, data_through, null
                from ops.builds
                where status = 'held' and build_id = (select max(build_id) from ops.builds)
            ),
            -- A batch or a build that was corrected and run again has results of each attempt.
            results as (
                select
                    *,
                    rank() over (
                        partition by suite, batch_id, build_id order by checked_at desc
                    ) as attempts_ago
                from ops.gate_results
                where batch_id in (select batch_id from stuck)
                    or build_id in (select build_id from stuck)
            )
            select
                stuck.name,
                stuck.batch_id,
                stuck.build_id,
                stuck.through,
                stuck.rows_landed,
                coalesce(
                    jsonb_agg(
                        distinct jsonb_build_object(
                            'suite', results.suite,
                            'rule', results.rule,
                            'rows_failed', results.rows_failed,
                            'notes', results.notes
                        )
                    ) filter (where results.rule is not null), '[]'
                ) as rules
            from stuck
            left join results
                on (results.batch_id = stuck.batch_id or results.build_id = stuck.build_id)
                and results.attempts_ago = 1
                and not results.is_passed
                and results.severity = 'critical'
            group by
                stuck.name, stuck.batch_id, stuck.build_id, stuck.through, stuck.rows_landed
            order by stuck.through, stuck.name
            """
        ).fetchall()


def last_publication(dsn: str) -> Publication | None:
    """Return the build that the marts show."""
    found = run_ledger.rows(
        dsn,
        Publication,
        "select build_id, status, data_through, published_at, message from ops.builds"
        " where status = 'published' order by build_id desc limit 1",
    )
    return found[0] if found else None


def text_models(dsn: str) -> TextModels | None:
    """Return which model's scores are in use and which is next; None before any text was scored.

    A text that waits was published after the new model came, which alone has read it.
    """
    found = run_ledger.rows(
        dsn,
        TextModels,
        """
        with in_use as (
            select model_version from scored.models
            where activated_at is not null order by activated_at desc limit 1
        ),
        installed as (
            select model_version, texts_left from scored.models order by read_at desc limit 1
        )
        select
            in_use.model_version as in_use,
            nullif(installed.model_version, in_use.model_version) as reading,
            installed.texts_left,
            (
                select coalesce(sum(profiles.waiting), 0)::bigint
                from scored.profiles
                inner join ops.builds on builds.build_id = profiles.build_id
                where profiles.model_version = installed.model_version
                    and profiles.score = 'valence'
                    and builds.status = 'published'
                    and builds.text_model_version = in_use.model_version
            ) as texts_waiting
        from in_use cross join installed
        """,
    )
    return found[0] if found else None
