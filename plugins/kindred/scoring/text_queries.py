"""Queries for texts to read: `words`, when they were said, and the batch that loaded them.

Only texts of customers who consent are read. The view `int_consenting_subjects` of dbt defines, for
scoring and the marts alike, which customer a text belongs to and who consents.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from kindred.loads import Load


def permitted(load: Load) -> sql.Composed:
    """Return the texts of consenting customers in a load, as in raw."""
    assert load.text is not None  # noqa: S101 -- only loads with a text are scored
    is_alive = "not is_deleted" if "is_deleted" in load.row.__struct_fields__ else "true"
    return sql.SQL(
        "select {column} as words, {happened_at} as said_at, _batch_id from {raw}"
        " where {column} is not null and {where} and {is_alive} and {subject} in"
        " (select subject from build.int_consenting_subjects where load = {load})"
    ).format(
        column=sql.Identifier(load.text.column),
        happened_at=sql.Identifier(load.happened_at),
        raw=sql.Identifier("raw", load.name),
        where=sql.SQL(load.text.where),
        is_alive=sql.SQL(is_alive),
        subject=sql.Identifier(load.subject),
        load=load.name,
    )


def claimed(load: Load) -> sql.Composed:
    """Return the changed texts of a load that the current build has claimed."""
    return sql.SQL(
        "select words, said_at from ({permitted}) as texts"
        " where _batch_id in (select batch_id from ops.changes where build_id is not null)"
    ).format(permitted=permitted(load))


def arrived(load: Load) -> sql.Composed:
    """Return the texts of a load without those published after the claim."""
    return sql.SQL(
        "select words, said_at from ({permitted}) as texts"
        " where _batch_id not in (select batch_id from ops.changes where build_id is null)"
    ).format(permitted=permitted(load))


def unread(texts: Iterable[sql.Composed]) -> sql.Composed:
    """Return the texts without a score of the model `%(version)s`, each once, newest first."""
    return sql.SQL(
        """
        select said.text_hash, said.words
        from (
            select md5(words) as text_hash, words, said_at
            from ({texts}) as texts (words, said_at)
        ) as said
        where not exists (
            select from scored.texts
            where texts.text_hash = said.text_hash and model_version = %(version)s
        )
        group by said.text_hash, said.words
        order by max(said.said_at) desc, said.text_hash
        """
    ).format(
        texts=sql.SQL(" union all ").join(
            sql.SQL("select words, said_at from ({}) as texts").format(one) for one in texts
        )
    )


def unpermitted(loads: Iterable[Load]) -> sql.Composed:
    """Return the statement that deletes the scores of texts of no consenting customer."""
    return sql.SQL(
        "delete from scored.texts where not exists"
        " (select from ({texts}) as said where md5(words) = text_hash)"
    ).format(texts=sql.SQL(" union all ").join(map(permitted, loads)))
