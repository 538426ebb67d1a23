"""What a table looks like in the database, as opposed to what a contract says it should.

Gates move rows and publications copy tables whose columns may have been widened in another
order than they were declared, so every copy names its columns and asks for them here.
`beyond_marts` reads the privileges of a role from the same catalog.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from kindred.warehouse.schema import Column


def table_columns(conn: psycopg.Connection, schema: str, table: str) -> list[Column]:
    """Return the columns of `schema.table` in their order; empty when there is no such table."""
    found = conn.execute(
        """
        select
            attribute.attname,
            format_type(attribute.atttypid, attribute.atttypmod),
            not attribute.attnotnull
        from pg_attribute as attribute
        join pg_class on pg_class.oid = attribute.attrelid
        join pg_namespace on pg_namespace.oid = pg_class.relnamespace
        where pg_namespace.nspname = %s and pg_class.relname = %s
            and pg_class.relkind in ('r', 'p', 'v', 'm')
            and attribute.attnum > 0 and not attribute.attisdropped
        order by attribute.attnum
        """,
        [schema, table],
    ).fetchall()
    return [Column(name, kind, is_nullable) for name, kind, is_nullable in found]


def primary_key(conn: psycopg.Connection, schema: str, table: str) -> tuple[str, list[str]] | None:
    """Return the name and the columns of the primary key of `schema.table`; None without one."""
    row: tuple[str, list[str]] | None = conn.execute(
        """
        select conname, array(
            select attname::text
            from unnest(conkey) with ordinality as part (attnum, place)
            join pg_attribute using (attnum)
            where attrelid = conrelid
            order by place
        )
        from pg_constraint
        where contype = 'p' and conrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
        """,
        [schema, table],
    ).fetchone()
    return row


@dataclass(frozen=True)
class BeyondMarts:
    """What a role can reach that readers of marts must not: names, and a count of functions."""

    schemas: str
    databases: str
    functions: int


def beyond_marts(conn: psycopg.Connection) -> BeyondMarts:
    """Return what the role of the connection can reach beyond `marts`.

    The functions are those that take advisory locks or make large objects.
    """
    with conn.cursor(row_factory=class_row(BeyondMarts)) as cursor:
        (found,) = cursor.execute(
            """
            select
                (
                    select coalesce(string_agg(nspname, ', ' order by nspname), '')
                    from pg_namespace
                    where nspname !~ '^(pg_|information_schema$|marts$|public$)'
                        and has_schema_privilege(oid, 'usage')
                ) as schemas,
                (
                    select coalesce(string_agg(datname, ', ' order by datname), '')
                    from pg_database
                    where datname <> current_database() and has_database_privilege(oid, 'connect')
                        and datallowconn
                ) as databases,
                (
                    select count(*)
                    from pg_proc
                    where pronamespace = 'pg_catalog'::regnamespace
                        and proname ~ '^(pg_(try_)?advisory_|lo_|loread$|lowrite$)'
                        and has_function_privilege(oid, 'execute')
                ) as functions
            """
        ).fetchall()
    return found
