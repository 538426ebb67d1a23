"""What a table looks like in the database, as opposed to what a contract says it should.

Gates move rows and publications copy tables whose columns may have been widened in another
order than they were declared, so every copy names its columns and asks for them here.
"""

from __future__ import annotations

import psycopg

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
