"""Bring the addresses of rows that raw held before addresses had one form into it, once."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from kindred import addresses
from kindred.fields import annotated
from kindred.loads import Load

FORMS: tuple[Callable[[str], str | None], ...] = (
    addresses.email,
    addresses.phone,
    addresses.handle,
)


def are_there(conn: psycopg.Connection) -> bool:
    """Say whether raw was made before its addresses were kept in one form."""
    row = conn.execute(
        "select to_regnamespace('raw') is not null and to_regclass('ops.addresses') is null"
    ).fetchone()
    return bool(row and row[0])


def bring_into_form(conn: psycopg.Connection, load: Load) -> None:
    """Rewrite a load's addresses as landing would today; `_extra` keeps what could not be read."""
    types = typing.get_type_hints(load.row, include_extras=True)
    for field in msgspec.structs.fields(load.row):
        read = annotated(types[field.name], "read")
        if read in FORMS:
            _rewrite(conn, load, field.name, field.encode_name, read)


def _rewrite(
    conn: psycopg.Connection, load: Load, name: str, wire: str, read: Callable[[Any], Any]
) -> None:
    parts = {"column": sql.Identifier(name), "table": sql.Identifier("raw", load.name)}
    query = "select distinct {column} from {table} where {column} is not null"
    written = [text for (text,) in conn.execute(sql.SQL(query).format(**parts))]
    changed = {text: form for text in written if (form := read(text)) != text}
    conn.execute(
        sql.SQL(
            """
            update {table} set
                {column} = form.new,
                _extra = case
                    when form.new is null and btrim(form.old) <> ''
                        then coalesce(_extra, '{{}}') || jsonb_build_object({wire}::text, form.old)
                    else _extra
                end
            from unnest(%s::text[], %s::text[]) as form (old, new)
            where {column} = form.old
            """
        ).format(wire=wire, **parts),
        [list(changed), list(changed.values())],
    )
