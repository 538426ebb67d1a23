"""Versions of a record as SQL: their content, and which of two is newer.

Versions are ordered by the vendor's stamp, then by the time of extraction, then with deletions
above others, then by a hash of the content. This order is total, so the greatest version does not
depend on the order of arrival. A stamp in the future counts as the time of extraction: records from
a clock that was ahead must not block later ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from kindred.loads import Load
from kindred.warehouse import schema

# A row without a day may affect any day of its subject.
FIRST_DAY = "0001-01-01"


def content_columns(load: Load) -> list[str]:
    """Return the columns with the vendor's data: those of the contract, and `_extra`."""
    return [*(column.name for column in schema.columns(load)), "_extra"]


def content(load: Load, table: str | None = None) -> sql.Composable:
    """Return a hash of the vendor's data, which is the same in landing and raw."""
    prefix = (table,) if table else ()
    columns = sql.SQL(", ").join(sql.Identifier(*prefix, name) for name in content_columns(load))
    return sql.SQL("md5(row({})::text)").format(columns)


def stamp(load: Load, table: str) -> sql.Composable:
    """Return the vendor's modification stamp, or the time of extraction if there is none."""
    column = sql.Identifier(table, load.modified_at or "_extracted_at")
    return sql.SQL("coalesce({}, '-infinity')").format(column)


def version(load: Load, table: str, content: sql.Composable) -> sql.Composable:
    """Return a row value by which versions are compared."""
    return sql.SQL("({})").format(sql.SQL(", ").join(version_parts(load, table, content)))


def version_parts(load: Load, table: str, content: sql.Composable) -> list[sql.Composable]:
    """Return the expressions that order versions, most significant first."""
    extracted = sql.Identifier(table, "_extracted_at")
    seen = sql.SQL("least({}, {})").format(stamp(load, table), extracted)
    parts = [seen, extracted, stamp(load, table)]
    if "is_deleted" in load.row.__struct_fields__:
        parts.append(sql.Identifier(table, "is_deleted"))
    return [*parts, content]


def day(load: Load, table: str, zone: str) -> sql.Composable:
    """Return the business day to which a row belongs."""
    column = sql.Identifier(table, load.happened_at)
    kinds = {column.name: column.type for column in schema.columns(load)}
    if kinds[load.happened_at] == "date":
        return sql.SQL("coalesce({}, {}::date)").format(column, FIRST_DAY)
    return sql.SQL("coalesce(({} at time zone {})::date, {}::date)").format(column, zone, FIRST_DAY)


def same_key(load: Load, table: str) -> sql.Composable:
    """Return the condition that joins a table to `incoming`."""
    return sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(table, name), sql.Identifier("incoming", name))
        for name in load.key
    )


def names_of(names: Iterable[str]) -> sql.Composable:
    """Return the names as a list of columns."""
    return sql.SQL(", ").join(map(sql.Identifier, names))
