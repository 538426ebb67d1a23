"""Queries of `kindred status`: the freshness of the loads, the published marts, the text models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kindred.warehouse.connections import connect, fetch_rows


@dataclass(frozen=True)
class Unanswered:
    """The ids that the vendor did not return in a load's last night."""

    load: str
    ids: list[str]


@dataclass(frozen=True)
class Freshness:
    """How far a load's published rows reach, and how many of its batches are held."""

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
    """The model whose scores the marts use, and the one that will take over, if any."""

    in_use: str
    reading: str | None
    texts_left: int
    texts_waiting: int


def freshness(dsn: str) -> list[Freshness]:
    """Return an entry for each load that has a batch."""
    return fetch_rows(
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
    """Return for each load the records of the last 28 days: those of a customer, and all.

    Args:
        dsn: The reader's connection string.
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
    """Return an entry for each load with ids that the vendor did not return in its last night."""
    return fetch_rows(
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


def last_publication(dsn: str) -> Publication | None:
    """Return the build that the marts show."""
    found = fetch_rows(
        dsn,
        Publication,
        "select build_id, status, data_through, published_at, message from ops.builds"
        " where status = 'published' order by build_id desc limit 1",
    )
    return found[0] if found else None


def text_models(dsn: str) -> TextModels | None:
    """Return the model whose scores are in use and the next; None before any text was scored.

    A waiting text was published after the next model was installed, and only that model has
    scored it.
    """
    found = fetch_rows(
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
