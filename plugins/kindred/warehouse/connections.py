"""Open connections to the warehouse without ever letting a password out.

libpq's errors can quote a connection string; ours name host, port, database and user only.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import class_row

from kindred.errors import SetupError, WarehouseError

# A process that was stopped in the middle of a transaction gives its locks back after two minutes.
# Who waits for a lock longer than the longest merge takes is given the name of who has it.
PATIENCE = "-c idle_in_transaction_session_timeout=2min -c lock_timeout=10min"


def connect(dsn: str) -> psycopg.Connection:
    """Connect to Postgres at `dsn` (a URI or key=value string).

    Each statement commits by itself, and so do several in `conn.transaction()`: in a transaction
    that a mere read had opened they would be a savepoint, which an error later on takes back.

    Raises:
        SetupError: the string cannot be read, without quoting it.
        WarehouseError: the server does not answer or refuses the login.
    """
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise SetupError(
            "the warehouse's connection string cannot be read; "
            "it should look like postgresql://user:password@host:port/database"
        ) from None
    where = "{}@{}:{}/{}".format(*(parts.get(k, "?") for k in ("user", "host", "port", "dbname")))
    try:
        return psycopg.connect(
            dsn,
            autocommit=True,
            connect_timeout=10,
            application_name="kindred",
            options=PATIENCE,
        )
    except psycopg.OperationalError as error:
        reason = "login refused" if "authentication" in str(error) else "no answer"
        raise WarehouseError(
            f"no connection to the warehouse as {where}: {reason}; `kindred doctor` says more"
        ) from None


def fetch_rows(dsn: str, kind: type[Any], query: str, values: Any = None) -> list[Any]:
    """Return the rows of a query as objects of a class whose fields are its columns."""
    with connect(dsn) as conn, conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
