"""Make and widen the warehouse's tables: the migrations, the tables of the loads, the grants.

The row contracts are the only place that says which columns a load has; landing, held and
raw are made from them, and a field added to a contract becomes a column by itself.
"""

from __future__ import annotations

import types
import typing
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources

import psycopg
from psycopg import sql

from kindred.errors import SetupError
from kindred.loads import Load, Vendor
from kindred.warehouse import locks, migrations, older_rows
from kindred.warehouse.connections import connect

POSTGRES_TYPES: dict[object, str] = {
    str: "text",
    int: "bigint",
    float: "double precision",
    bool: "boolean",
    Decimal: "numeric",
    date: "date",
    datetime: "timestamp with time zone",
    dict: "jsonb",
    list: "jsonb",
}


@dataclass(frozen=True)
class Column:
    """One column of a load: a field of its row contract."""

    name: str
    type: str
    is_nullable: bool


META = (
    Column("_extra", "jsonb", True),
    Column("_batch_id", "bigint", False),
    Column("_extracted_at", "timestamp with time zone", False),
)


def columns(load: Load) -> list[Column]:
    """Return the columns of a load in the order of its contract, without the meta columns."""
    hints = typing.get_type_hints(load.row)
    return [_column(load, field, hints[field]) for field in load.row.__struct_fields__]


def _column(load: Load, field: str, hint: object) -> Column:
    options = (
        typing.get_args(hint)
        if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
        else (hint,)
    )
    kinds = [option for option in options if option is not types.NoneType]
    kind = typing.get_origin(kinds[0]) or kinds[0]
    if len(kinds) != 1 or kind not in POSTGRES_TYPES:
        known = ", ".join(getattr(known, "__name__", str(known)) for known in POSTGRES_TYPES)
        raise SetupError(
            f"{load.name}.{field} has type {hint}, which has no column type; use one of {known}"
        )
    return Column(field, POSTGRES_TYPES[kind], len(options) > len(kinds))


def migrate(admin_dsn: str, vendors: typing.Iterable[Vendor]) -> list[str]:
    """Bring the warehouse to what the vendors declare; safe to run again, never drops a column.

    Returns:
        The names of the migrations that it lacked.

    Raises:
        SetupError: a migration or a column's type is refused; the warehouse is unchanged.
    """
    declared = list(vendors)
    with connect(admin_dsn) as conn:
        _make_lock(conn)
        with conn.transaction():
            locks.take(conn, locks.MIGRATE)
            conn.execute("set local client_min_messages = warning")
            has_older_rows = older_rows.are_there(conn)
            applied = migrations.apply(conn)
            for vendor in declared:
                for load in vendor.loads:
                    _make_tables(conn, load)
                    if has_older_rows:
                        older_rows.bring_into_form(conn, load)
            list_loads(conn, declared)
            conn.execute(resources.files("kindred.warehouse").joinpath("roles.sql").read_bytes())
    return applied


def list_loads(conn: psycopg.Connection, vendors: typing.Iterable[Vendor]) -> None:
    """Write down what the vendors declare of their loads, where dbt reads it."""
    conn.execute("delete from ops.source_loads")
    for vendor in vendors:
        for load in vendor.loads:
            conn.execute(
                "insert into ops.source_loads values (%s, %s, %s, %s, %s, %s)",
                [load.name, vendor.name, vendor.source, load.entity, load.link, load.is_dated],
            )
    conn.execute("analyze ops.source_loads")  # a handful of rows, which the planner would not guess


def _make_lock(conn: psycopg.Connection) -> None:
    """Make the migration's own lock, before anything can be locked; another may do so too."""
    lock = sql.Identifier("locks", locks.MIGRATE)
    with suppress(psycopg.errors.UniqueViolation):  # the other was quicker
        conn.execute("create schema if not exists locks")
    with suppress(psycopg.errors.UniqueViolation):
        conn.execute(sql.SQL("create table if not exists {} ()").format(lock))


def _make_tables(conn: psycopg.Connection, load: Load) -> None:
    conn.execute(
        sql.SQL("create table if not exists {} ()").format(sql.Identifier("locks", load.name))
    )
    wanted = [*columns(load), *META]
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {} {}").format(
            sql.Identifier(column.name),
            sql.SQL(column.type),
            sql.SQL("null" if column.is_nullable else "not null"),
        )
        for column in wanted
    )
    key = sql.SQL(", ").join(map(sql.Identifier, load.key))
    for schema, kind, constraint in (
        ("landing", "unlogged table", sql.SQL("")),
        ("held", "table", sql.SQL("")),
        ("raw", "table", sql.SQL(", primary key ({})").format(key)),
    ):
        table = sql.Identifier(schema, load.name)
        conn.execute(
            sql.SQL("create {} if not exists {} ({}{})").format(
                sql.SQL(kind), table, definitions, constraint
            )
        )
        _widen(conn, schema, load, wanted)
        if schema != "raw":
            name = sql.Identifier(f"{load.name}_by_batch")
            conn.execute(
                sql.SQL("create index if not exists {} on {} (_batch_id)").format(name, table)
            )
    if load.subject not in load.key:
        conn.execute(
            sql.SQL("create index if not exists {} on {} ({})").format(
                sql.Identifier(f"{load.name}_by_subject"),
                sql.Identifier("raw", load.name),
                sql.Identifier(load.subject),
            )
        )


def _widen(conn: psycopg.Connection, schema: str, load: Load, wanted: list[Column]) -> None:
    """Add columns that the contract gained, let in the nulls it allows; refuse another type."""
    table = sql.Identifier(schema, load.name)
    found: dict[str, tuple[str, bool]] = {
        name: (kind, is_nullable)
        for name, kind, is_nullable in conn.execute(
            "select attname, format_type(atttypid, atttypmod), not attnotnull from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            [f"{schema}.{load.name}"],
        )
    }
    for column in wanted:
        name = sql.Identifier(column.name)
        if column.name not in found:
            # History has no value for a new field, so the column stays nullable.
            conn.execute(
                sql.SQL("alter table {} add column {} {}").format(table, name, sql.SQL(column.type))
            )
            continue
        kind, is_nullable = found[column.name]
        if column.is_nullable and not is_nullable:
            conn.execute(sql.SQL("alter table {} alter {} drop not null").format(table, name))
        if kind != column.type:
            raise SetupError(
                f"{schema}.{load.name}.{column.name} is {kind} but its contract"
                f" says {column.type}; name the new field differently, or convert the column"
                " by hand and run `kindred migrate` again"
            )
