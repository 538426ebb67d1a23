"""Locks of the pipeline: an empty table each, in a schema that only its own roles may enter.

Postgres's advisory locks know no owner: any login can take any of them, a BI tool's too, and keep
it for as long as it likes. A table's lock needs a privilege on the table. It is given in the
order it was asked for, ends with the transaction, and `pg_locks` names who has it.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from kindred.errors import WarehouseError

BUILD = "build"  # claiming and settling a build
ATTEMPT = "attempt"  # shared by those who write for a build, see ops.hold_attempt()
PUBLISH = "publish"  # what readers see
MIGRATE = "migrate"

# Others' sessions with locks on tables here: a copy of a database has tables of the same oid.
_SESSIONS = """
with sessions as (
    select
        pg_locks.pid,
        pg_locks.mode,
        pg_namespace.nspname as schema,
        pg_class.relname as name,
        pg_stat_activity.usename,
        pg_stat_activity.application_name,
        pg_stat_activity.xact_start
    from pg_locks
    inner join pg_class on pg_class.oid = pg_locks.relation
    inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    inner join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
    where
        pg_locks.granted
        and pg_locks.pid <> pg_backend_pid()
        and pg_stat_activity.datname = current_database()
)
"""


class LockedError(WarehouseError):
    """Somebody else has kept a lock for longer than anybody should; the text says who."""


def take(conn: psycopg.Connection, name: str) -> None:
    """Take a lock until the transaction ends: a load's, by its name, or one of the above.

    The savepoint keeps the transaction usable where the lock is not to be had.

    Raises:
        LockedError: the session's `lock_timeout` is over; says who has the lock.
        WarehouseError: there is no such lock.
    """
    lock = sql.SQL("lock table {} in exclusive mode").format(sql.Identifier("locks", name))
    try:
        with conn.transaction():
            conn.execute(lock)
    except psycopg.errors.LockNotAvailable:
        raise LockedError(
            f"the lock of {name} is taken by {holders(conn, 'locks', name)}"
        ) from None
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        raise WarehouseError(f"there is no lock of {name}: run `kindred migrate`") from None


def holders(conn: psycopg.Connection, schema: str, table: str | None = None) -> str:
    """Name the sessions that have locks on a table, or on any of a schema: who, and since when."""
    rows = conn.execute(
        f"""
        {_SESSIONS}
        select
            pid,
            usename,
            application_name,
            to_char(min(xact_start) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
        from sessions
        where schema = %(schema)s and (%(table)s::text is null or name = %(table)s)
        group by pid, usename, application_name
        order by min(xact_start)
        """,  # noqa: S608 -- no value goes into the text
        {"schema": schema, "table": table},
    ).fetchall()
    if not rows:
        return "a session that has just let go of it: try again"
    return "; ".join(
        f"session {pid} of {user} ({application or 'no name'}"
        + (f", since {since} UTC)" if since else ")")
        for pid, user, application, since in rows
    )


def end_sharers(conn: psycopg.Connection, name: str) -> None:
    """End this role's sessions that share a lock: orphans, where whoever asks is the newest."""
    conn.execute(
        f"""
        {_SESSIONS}
        select pg_terminate_backend(pid)
        from sessions
        where schema = 'locks' and name = %s and mode = 'ShareLock' and usename = current_user
        """,  # noqa: S608 -- no value goes into the text
        [name],
    )
