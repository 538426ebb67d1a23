"""A real Postgres for the integration tests: one server a session, emptied after each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from harness.databases import SURVIVES_KILLS, make_database, serving
from kindred.embedded.home import SUPERUSER, Home
from kindred.embedded.postgres import WAREHOUSE, Postgres

if TYPE_CHECKING:
    from tests.integration.marts_built import Marts

PARSED = "partial_parse.msgpack"
SCHEMAS = [
    "landing", "held", "quarantine", "raw", "scored", "ops", "build", "estimated", "marts",
]  # fmt: skip


@dataclass(frozen=True)
class Warehouse:
    """A migrated warehouse; `dsn` takes reader, loader, transformer, publisher or admin."""

    postgres: Postgres
    tables: frozenset[tuple[str, str]]

    def dsn(self, role: str = "admin") -> str:
        return self.postgres.dsn(role)

    def empty(self) -> None:
        """Truncate what the migration made and drop what tests made."""
        from kindred.sources import VENDORS
        from kindred.warehouse import schema as warehouse

        with psycopg.connect(self.dsn(SUPERUSER)) as session:
            for schema, name, kind in _relations(session):
                if (schema, name) not in self.tables:
                    verb = {"v": "view", "m": "materialized view"}.get(kind, "table")
                    statement = sql.SQL(f"drop {verb} if exists {{}} cascade")
                    session.execute(statement.format(sql.Identifier(schema, name)))
            tables = sql.SQL(", ").join(
                sql.Identifier(*table) for table in self.tables - {("ops", "migrations")}
            )
            session.execute(sql.SQL("truncate {} restart identity cascade").format(tables))
            session.execute("alter sequence if exists ops.attempts restart")
            warehouse.list_loads(session, VENDORS.values())


@pytest.fixture(scope="session")
def warehouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Postgres in a scratch home, migrated once."""
    from kindred.sources import VENDORS
    from kindred.warehouse import schema

    with serving(open_home(tmp_path_factory).folder, SURVIVES_KILLS) as postgres:
        schema.migrate(postgres.dsn("admin"), VENDORS.values())
        with psycopg.connect(postgres.dsn(SUPERUSER)) as session:
            made = [(schema, name) for schema, name, kind in _relations(session) if kind in "rp"]
        yield Warehouse(postgres, frozenset(made))


@pytest.fixture
def warehouse(warehouse_server: Warehouse) -> Iterator[Warehouse]:
    """The migrated warehouse, empty before the test and emptied after it."""
    yield warehouse_server
    warehouse_server.empty()


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target folder for all marts: dbt parses the project once and keeps the result there."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="session")
def parsed_copy(parsed: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """What makes a target folder for one test alone, with all that dbt has parsed so far.

    For a test that changes the project or its settings: dbt parses what differs, and no more.
    """

    def copy() -> Path:
        target = tmp_path_factory.mktemp("dbt")
        if (parsed / PARSED).exists():
            shutil.copy(parsed / PARSED, target)
        return target

    return copy


@pytest.fixture(scope="session")
def first_night(warehouse_server: Warehouse, parsed: Path) -> Callable[[], Marts]:
    """What puts the made-up customers' first night and its marts into the warehouse.

    They are built once and copied: a build takes ten seconds of the processor, a copy under one.
    """
    from kindred.sources import VENDORS
    from kindred.warehouse import schema
    from tests.integration import marts_customers as people
    from tests.integration.marts_built import NO_TESTS, Marts

    warehouse_server.empty()
    people.fill(warehouse_server.dsn())
    marts = Marts(warehouse_server, parsed)
    marts.build("--full-refresh", *NO_TESTS)
    make_database(warehouse_server.postgres, "first_night", WAREHOUSE, is_open=False)

    def restore() -> Marts:
        make_database(warehouse_server.postgres, WAREHOUSE, "first_night")
        warehouse_server.postgres.provide()  # a copy has none of its original's privileges
        schema.migrate(warehouse_server.dsn(), VENDORS.values())
        return Marts(warehouse_server, parsed)

    return restore


def open_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A scratch home; as root its folders let the server's own user through."""
    return Home.open(passable(tmp_path_factory.mktemp("home")) / "kindred")


def passable(folder: Path) -> Path:
    """Let other users pass through pytest's own temporary folders, which are 0700."""
    for parent in (folder, *folder.parents):
        if parent.name.startswith(("pytest-", "popen-")) or parent == folder:
            parent.chmod(parent.stat().st_mode | 0o011)
    return folder


def _relations(session: psycopg.Connection) -> list[tuple[str, str, str]]:
    return session.execute(
        """
        select nspname, relname, relkind::text from pg_class
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = any(%s) and relkind in ('r', 'p', 'v', 'm')
        order by relkind desc
        """,
        [SCHEMAS],
    ).fetchall()
