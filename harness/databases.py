"""A throwaway Postgres, and copies of its databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from kindred.embedded.home import ROLES, SUPERUSER, Home
from kindred.embedded.postgres import Postgres

# The data may be lost.
FASTEST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A killed server loses nothing, because the machine goes on.
SURVIVES_KILLS = {"fsync": "off", "full_page_writes": "off"}
AS_USUAL: dict[str, str] = {}


@contextmanager
def serving(folder: Path, settings: dict[str, str]) -> Iterator[Postgres]:
    """Start a Postgres in a home, and erase it at the end.

    Args:
        settings: what differs from the usual settings: FASTEST, SURVIVES_KILLS or AS_USUAL.
    """
    server = Postgres(Home.open(folder), settings=settings)
    try:
        server.start()
        yield server
    finally:
        server.erase()


@contextmanager
def serving_temporarily(settings: dict[str, str]) -> Iterator[Postgres]:
    """Start a Postgres in a temporary home, and remove both at the end."""
    with TemporaryDirectory(prefix="kindred-") as scratch:
        Path(scratch).chmod(0o755)  # as root, Postgres runs as another user
        with serving(Path(scratch) / "home", settings) as server:
            yield server


def make_database(
    server: Postgres, name: str, template: str = "template1", *, is_open: bool = True
) -> None:
    """Make the database `name` a copy of `template`, in the place of what was there.

    Sessions of both are ended: a database with sessions is neither dropped nor copied.

    Args:
        is_open: roles other than the owner can connect.
    """
    names = {
        "name": sql.Identifier(name),
        "template": sql.Identifier(template),
        "owner": sql.Identifier(ROLES["admin"]),
    }
    with psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True) as session:
        session.execute(sql.SQL("drop database if exists {name} with (force)").format(**names))
        session.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = %s and backend_type = 'client backend'",
            [template],
        )
        session.execute(
            sql.SQL("create database {name} template {template} owner {owner}").format(**names)
        )
        if not is_open:
            session.execute(sql.SQL("revoke all on database {name} from public").format(**names))
        # A copied sequence is not logged before the next checkpoint: a crash would set it back.
        session.execute("checkpoint")
