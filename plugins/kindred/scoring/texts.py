"""Which texts there are to read, as SQL: `words` and when they were said."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from kindred.loads import Load


def everything(load: Load) -> sql.Composed:
    """Return the texts of a load as raw holds them."""
    assert load.text is not None  # noqa: S101 -- only loads with a text are scored
    return sql.SQL(
        "select {column} as words, {happened_at} as said_at, _batch_id from {raw}"
        " where {column} is not null and {where}"
    ).format(
        column=sql.Identifier(load.text.column),
        happened_at=sql.Identifier(load.happened_at),
        raw=sql.Identifier("raw", load.name),
        where=sql.SQL(load.text.where),
    )


def claimed(load: Load) -> sql.Composed:
    """Return the texts of a load that changed and are claimed by the build under way."""
    return sql.SQL(
        "select words, said_at from ({everything}) as texts"
        " where _batch_id in (select batch_id from ops.changes where build_id is not null)"
    ).format(everything=everything(load))


def unread(texts: Iterable[sql.Composed]) -> sql.Composed:
    """Return the texts without a score by the model `%(version)s`, each once, newest first."""
    return sql.SQL(
        """
        select md5(words) as text_hash, words
        from (
            select words, max(said_at) as said_at
            from ({texts}) as said (words, said_at)
            group by words
        ) as different
        where not exists (
            select from scored.texts
            where text_hash = md5(words) and model_version = %(version)s
        )
        order by said_at desc, text_hash
        """
    ).format(
        texts=sql.SQL(" union all ").join(
            sql.SQL("select words, said_at from ({}) as texts").format(one) for one in texts
        )
    )
