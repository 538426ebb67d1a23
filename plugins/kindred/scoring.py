"""Score every text of the claimed changes that the present model has not seen.

Scores are kept by content hash and model version, so the same words are scored once and a
new model scores everything again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import psycopg
from psycopg import sql

from kindred.feeling import MODEL_VERSION, Feeling, score
from kindred.loads import Load

CHUNK = 5_000


@dataclass(frozen=True)
class Scored:
    """How many texts of a load got a score, and how many could not."""

    load: str
    scored: int
    unscored: int


def score_texts(conn: psycopg.Connection, loads: Iterable[Load]) -> Iterator[Scored]:
    """Score the unseen texts of each load, one transaction a load; yield the counts.

    Safe beside itself: two runs that score the same text write the same row once.
    """
    for load in loads:
        if load.text is not None:
            yield _score_load(conn, load)


def _score_load(conn: psycopg.Connection, load: Load) -> Scored:
    scored = unscored = 0
    with conn.transaction(), conn.cursor(name="unseen") as unseen:
        unseen.itersize = CHUNK
        unseen.execute(_unseen(load), {"version": MODEL_VERSION, "load": load.name})
        while rows := list(islice(unseen, CHUNK)):
            feelings = list(score(text for _, text in rows))
            _keep(conn, [digest for digest, _ in rows], feelings)
            missing = sum(feeling.valence is None for feeling in feelings)
            scored += len(feelings) - missing
            unscored += missing
        conn.execute(
            "insert into scored.complete (load, model_version) values (%s, %s)"
            " on conflict do nothing",
            [load.name, MODEL_VERSION],
        )
    return Scored(load.name, scored, unscored)


def _unseen(load: Load) -> sql.Composed:
    """Texts of changed rows without a score; of all rows where the model is new."""
    assert load.text is not None  # noqa: S101 -- score_texts passes loads with a text only
    return sql.SQL(
        """
        select distinct on (md5({column})) md5({column}), {column}
        from {raw}
        where {column} is not null and {where}
            and (
                _batch_id in (select batch_id from ops.changes where build_id is not null)
                or not exists (
                    select from scored.complete
                    where load = %(load)s and model_version = %(version)s
                )
            )
            and not exists (
                select from scored.texts
                where text_hash = md5({column}) and model_version = %(version)s
            )
        """
    ).format(
        column=sql.Identifier(load.text.column),
        raw=sql.Identifier("raw", load.name),
        where=sql.SQL(load.text.where),
    )


def _keep(conn: psycopg.Connection, digests: list[str], feelings: list[Feeling]) -> None:
    conn.execute(
        """
        insert into scored.texts (text_hash, model_version, valence, unscored_reason)
        select text_hash, %s, valence, unscored_reason
        from unnest(%s::text[], %s::double precision[], %s::text[])
            as fresh (text_hash, valence, unscored_reason)
        on conflict do nothing
        """,
        [
            MODEL_VERSION,
            digests,
            [feeling.valence for feeling in feelings],
            [feeling.unscored_reason for feeling in feelings],
        ],
    )
