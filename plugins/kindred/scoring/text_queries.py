"""Which texts there are to read, as SQL: `words`, when they were said, and by which batch.

Only texts of customers who consent. Whose a text is, and who consents, dbt says in one place for
scoring and the marts alike: the view `int_consenting_subjects`.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from kindred.loads import Load


def permitted(load: Load) -> sql.Composed:
    """Return the texts of a load that customers who consent said, as raw holds them."""
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
    """Return the texts of a load that changed and are claimed by the build under way."""
    return sql.SQL(
        "select words, said_at from ({permitted}) as texts"
        " where _batch_id in (select batch_id from ops.changes where build_id is not null)"
    ).format(permitted=permitted(load))


def arrived(load: Load) -> sql.Composed:
    """Return the texts of a load but those that came after the claim: the next refresh's."""
    return sql.SQL(
        "select words, said_at from ({permitted}) as texts"
        " where _batch_id not in (select batch_id from ops.changes where build_id is null)"
    ).format(permitted=permitted(load))


def unread(texts: Iterable[sql.Composed]) -> sql.Composed:
    """Return the texts without a score by the model `%(version)s`, each once, newest first."""
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
    """Return the deletion of the scores of texts that no customer who consents said."""
    return sql.SQL(
        "delete from scored.texts where not exists"
        " (select from ({texts}) as said where md5(words) = text_hash)"
    ).format(texts=sql.SQL(" union all ").join(map(permitted, loads)))
