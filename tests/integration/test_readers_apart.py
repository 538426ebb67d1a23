"""A BI login cannot stop a night: what it may take, nothing of ours waits for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from landed import good, land

from kindred import building
from kindred.cli import doctor
from kindred.embedded import os_user
from kindred.embedded.home import SUPERUSER
from kindred.embedded.postgres import PLATFORM, Postgres
from kindred.gates import check_batches
from kindred.publishing import publish_batches, publish_marts
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import schema
from kindred.warehouse.connections import connect
from tests.integration.conftest import open_home

ORDERS = LOADS["salesforce_orders"]
SCRIPT = Path(__file__).resolve().parents[2] / "docker" / "postgres-init.sh"
OTHERS = ("postgres", "template1", "airflow")
REFUSED = [
    "select pg_advisory_lock(1)",
    "select pg_advisory_xact_lock_shared(hashtextextended('kindred:publish', 0))",
    "select pg_try_advisory_lock(generate_series(1, 10))",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'a')",
    "create temporary table mine (a int)",
    "create table marts.mine (a int)",
    "create schema mine",
    "lock table locks.salesforce_orders in share mode",
    "lock table locks.publish",
    "select * from ops.loads for update",
    "alter role kindred_reader connection limit 500",
    "set temp_file_limit = -1",
]


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server as the team's deployment makes it: an empty cluster and its script."""

    class Bare(Postgres):
        def provide(self) -> None:
            """Leave databases and logins to the script."""

    home = open_home(tmp_path_factory)
    server = Bare(home, settings={"fsync": "off"})
    try:
        server.start()
        programs = os_user.reachable_programs(
            os_user.choose(server.data, lambda _: None), home.folder, lambda _: None
        )
        where = urlsplit(server.dsn(SUPERUSER))
        given = {
            f"{name.upper()}_PASSWORD": secret
            for name, secret in home.secrets.items()
            if name.startswith("kindred_")
        }
        subprocess.run(
            ["bash", str(SCRIPT)],
            env=given
            | {
                "PATH": f"{programs}:{os.environ['PATH']}",
                "PGHOST": str(where.hostname),
                "PGPORT": str(where.port),
                "POSTGRES_USER": SUPERUSER,
                "POSTGRES_PASSWORD": home.secrets[SUPERUSER],
                "AIRFLOW_DATABASE_PASSWORD": home.secrets["airflow"],
                "KINDRED_PLATFORM_SQL": str(PLATFORM),
            },
            check=True,
        )
        schema.migrate(server.dsn("admin"), VENDORS.values())
        yield server
    finally:
        server.erase()


@pytest.fixture(params=["one machine", "docker"])
def server(request: pytest.FixtureRequest) -> Postgres:
    """Both ways to a warehouse."""
    if request.param == "docker":
        found: Postgres = request.getfixturevalue("docker")
        return found
    one: Postgres = request.getfixturevalue("warehouse").postgres
    return one


@pytest.mark.parametrize("statement", REFUSED)
def test_a_reader_is_refused_what_could_be_in_the_way(server: Postgres, statement: str) -> None:
    with (
        psycopg.connect(server.dsn("reader")) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        reader.execute(statement.encode())


@pytest.mark.parametrize("database", OTHERS)
def test_a_reader_connects_to_the_warehouse_only(server: Postgres, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(server.dsn("reader", database))


def test_readers_leave_the_night_connections(server: Postgres) -> None:
    with psycopg.connect(server.dsn("reader")) as reader:
        row = reader.execute(
            "select rolconnlimit, current_setting('max_connections')::int,"
            " current_setting('search_path'), current_setting('default_transaction_isolation')"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert row is not None
    limit, most, *settings = row
    assert 0 < limit <= most / 2
    assert settings == ["marts", "repeatable read"]


@pytest.mark.parametrize(
    ("given", "taken", "said"),
    [
        ("grant connect on database postgres to public", "revoke connect on database postgres"
         " from public", "can connect to postgres"),
        ("grant execute on function pg_advisory_lock(bigint) to public", "revoke execute on"
         " function pg_advisory_lock(bigint) from public", "can take advisory locks"),
        ("grant usage on schema locks to kindred_reader", "revoke usage on schema locks"
         " from kindred_reader", "can see locks"),
    ],
)  # fmt: skip
def test_the_doctor_says_what_a_reader_can_do_that_is_not_for_readers(
    warehouse, given, taken, said
):
    services: Any = SimpleNamespace(postgres=warehouse.postgres)
    assert doctor._role(services, "reader").state == "ok"
    with psycopg.connect(warehouse.dsn(SUPERUSER), autocommit=True) as session:
        session.execute(given)
        found = doctor._role(services, "reader")
        session.execute(taken)
    assert found.is_broken
    assert said in found.detail


@pytest.fixture
def locker(warehouse) -> Iterator[psycopg.Connection]:
    """A reader whom somebody has given advisory locks, and who has all that were ever ours."""
    grant, revoke = (
        f"{verb} execute on function pg_advisory_lock(bigint) {whom} kindred_reader"
        for verb, whom in (("grant", "to"), ("revoke", "from"))
    )
    with psycopg.connect(warehouse.dsn(SUPERUSER), autocommit=True) as session:
        session.execute(grant.encode())
        with psycopg.connect(warehouse.dsn("reader"), autocommit=True) as reader:
            for name in (*LOADS, "build", "attempt", "publish", "migrate"):
                reader.execute(
                    "select pg_advisory_lock(hashtextextended('kindred:' || %s, 0))", [name]
                )
            yield reader
        session.execute(revoke.encode())


@pytest.mark.usefixtures("locker")
def test_a_night_lands_builds_and_publishes_beside_a_reader_with_every_advisory_lock(
    warehouse, monkeypatch
):
    monkeypatch.setattr("kindred.warehouse.connections.PATIENCE", "-c statement_timeout=20s")
    schema.migrate(warehouse.dsn("admin"), VENDORS.values())
    with connect(warehouse.dsn("loader")) as loader:
        batch = land(loader, ORDERS, [good(ORDERS)])
        (verdict,) = check_batches(warehouse.dsn("loader"), [batch])
        assert verdict.is_passed
        publish_batches(loader, [batch], LOADS)
    with connect(warehouse.dsn("transformer")) as conn:
        claimed = building.claim(conn, "run")
        assert claimed is not None
        conn.execute("update ops.builds set text_model_version = 'some'")
        building.resume(conn, claimed.build_id)
        conn.execute("select ops.hold_attempt()")
        conn.execute("create table build.tiers (tier text)")
        conn.execute("grant select on build.tiers to kindred_publisher")
        conn.execute("update ops.builds set status = 'passed'")
    (published,) = publish_marts(warehouse.dsn("publisher"), claimed.build_id, ["tiers"])
    assert published.mart == "tiers"
