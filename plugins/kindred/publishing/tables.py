"""Make a table of the readers equal to the one that was built: columns, rows, descriptions.

Columns are only ever added, so that dashboards keep working.  Rows are compared by a hash of their
text, which handles every type, treats null as equal to null and needs no key.  Only rows that
differ are deleted and inserted.

Changes of a table's structure lock out its readers until the transaction ends, so they have short
transactions of their own: columns before the rows, constraints after them.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from kindred.errors import PublishError
from kindred.warehouse.catalog import primary_key, table_columns
from kindred.warehouse.schema import Column

# A mart that leads from a customer back to the CRM, so it is granted to named roles only.
RESTRICTED = frozenset({"customer_keys"})


def check_compatible(conn: psycopg.Connection, mart: str) -> None:
    """Refuse a mart that cannot be published as it was built.

    Raises:
        PublishError: The table is missing, or a column was removed or retyped.
    """
    wanted = table_columns(conn, "build", mart)
    if not wanted:
        raise PublishError(f"build.{mart} does not exist; build the model again, then publish")
    _refuse_lost_columns(mart, wanted, table_columns(conn, "marts", mart))


def add_columns(conn: psycopg.Connection, mart: str) -> None:
    """Add new columns to `marts.<mart>`, if it exists, so that it accepts the built rows."""
    present = {column.name: column for column in table_columns(conn, "marts", mart)}
    if not present:
        return
    _drop_other_key(conn, mart)
    for column in table_columns(conn, "build", mart):
        found = present.get(column.name)
        if found is None:
            _alter(conn, mart, "add column {} " + column.type, column.name)
        elif column.is_nullable and not found.is_nullable:
            _alter(conn, mart, "alter column {} drop not null", column.name)


def restore_constraints(conn: psycopg.Connection, mart: str) -> None:
    """Add the build's not-null constraints and primary key, once the rows are written."""
    present = {column.name: column for column in table_columns(conn, "marts", mart)}
    for column in table_columns(conn, "build", mart):
        if not column.is_nullable and present[column.name].is_nullable:
            _alter(conn, mart, "alter column {} set not null", column.name)
    key = primary_key(conn, "build", mart)
    if key and not any(is_unique for _, is_unique in _indexes(conn, mart)):
        _alter(conn, mart, "add primary key ({})", *key[1])


def create(conn: psycopg.Connection, mart: str) -> None:
    """Create `marts.<mart>` like the build's table, if it does not exist."""
    if table_columns(conn, "marts", mart):
        return
    wanted = table_columns(conn, "build", mart)
    target = sql.Identifier("marts", mart)
    conn.execute(
        sql.SQL("create table {} (like {} including all)").format(
            target, sql.Identifier("build", mart)
        )
    )
    if mart not in RESTRICTED:
        conn.execute(sql.SQL("grant select on {} to kindred_reader").format(target))
    indexed = [first for first, _ in _indexes(conn, mart)]
    if "customer_id" in {column.name for column in wanted}.difference(indexed):
        conn.execute(sql.SQL("create index on {} (customer_id)").format(target))


def _indexes(conn: psycopg.Connection, mart: str) -> list[tuple[str, bool]]:
    """Return the first column of each index of `marts.<mart>`, and whether it is unique."""
    return conn.execute(
        "select attname, indisunique from pg_index"
        " join pg_attribute on attrelid = indrelid and attnum = indkey[0]"
        " where indrelid = %s::regclass",
        [f'marts."{mart}"'],
    ).fetchall()


def _drop_other_key(conn: psycopg.Connection, mart: str) -> None:
    """Drop a primary key that the build no longer has, because rows of a new grain break it."""
    published, built = (primary_key(conn, schema, mart) for schema in ("marts", "build"))
    if published and (built is None or built[1] != published[1]):
        _alter(conn, mart, "drop constraint {}", published[0])


def _refuse_lost_columns(mart: str, wanted: list[Column], present: list[Column]) -> None:
    built = {column.name: column for column in wanted}
    for column in present:
        name, found = column.name, built.get(column.name)
        if found is not None and found.type == column.type:
            continue
        change = (
            f"is no longer built (column {name})"
            if found is None
            else f"was {column.type}, is now {found.type} (column {name})"
        )
        raise PublishError(
            f"marts.{mart}.{name} {change}: a dashboard may read it, so nothing was published."
            " Build it as it was, under a new name if it means something new; or, once nobody"
            f" reads it, `alter table marts.{mart} drop column {name}` and publish again"
        )


def replace_different_rows(conn: psycopg.Connection, mart: str) -> tuple[int, int, int]:
    """Make the rows equal; return how many were removed, were added and exist now."""
    wanted = table_columns(conn, "build", mart)
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in wanted)
    source, target = sql.Identifier("build", mart), sql.Identifier("marts", mart)
    parts = {"source": source, "target": target, "names": names}
    conn.execute(
        sql.SQL(
            """
            create temporary table difference on commit drop as
            select published.ctid as old_row, built.ctid as new_row
            from (select ctid, md5(row({names})::text) as content from {target}) as published
            full join (select ctid, md5(row({names})::text) as content from {source}) as built
                on published.content = built.content
            where published.content is null or built.content is null
            """
        ).format(**parts)
    )
    removed = conn.execute(
        sql.SQL("delete from {target} where ctid in (select old_row from difference)").format(
            **parts
        )
    ).rowcount
    insert = sql.SQL("insert into {target} ({names}) select {names} from {source}").format(**parts)
    added = conn.execute(
        insert + sql.SQL(" where ctid in (select new_row from difference)")
    ).rowcount
    conn.execute("drop table difference")
    if _count(conn, target) != _count(conn, source):
        # There are duplicate rows, which the hash cannot count, so replace all rows.
        removed = conn.execute(sql.SQL("delete from {target}").format(**parts)).rowcount
        added = conn.execute(insert).rowcount
    return removed, added, _count(conn, target)


def copy_comments(conn: psycopg.Connection, mart: str) -> None:
    """Copy dbt's descriptions, so that BI tools show them."""
    found = conn.execute(
        """
        select attname, obj_description(built.oid), col_description(built.oid, attnum)
        from pg_class as built
        join pg_namespace on pg_namespace.oid = built.relnamespace and nspname = 'build'
        left join pg_attribute on attrelid = built.oid and attnum > 0 and not attisdropped
            and col_description(built.oid, attnum) is not null
        where relname = %s
        """,
        [mart],
    ).fetchall()
    target = sql.Identifier("marts", mart)
    if found and found[0][1] is not None:
        conn.execute(sql.SQL("comment on table {} is {}").format(target, found[0][1]))
    for column, _, description in found:
        if column is not None:
            name = sql.Identifier("marts", mart, column)
            conn.execute(sql.SQL("comment on column {} is {}").format(name, description))


def _alter(conn: psycopg.Connection, mart: str, action: str, *names: str) -> None:
    conn.execute(
        sql.SQL("alter table {} " + action).format(
            sql.Identifier("marts", mart), sql.SQL(", ").join(map(sql.Identifier, names))
        )
    )


def _count(conn: psycopg.Connection, table: sql.Identifier) -> int:
    row = conn.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()
    return int(row[0]) if row else 0
