"""Who has a lock is named to who waits for it, and only those whose work it is can take one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from landed import START

from kindred.errors import WarehouseError
from kindred.loads import Window
from kindred.sources import LOADS, VENDORS
from kindred.warehouse import ledger, locks, schema
from kindred.warehouse.connections import connect

ORDERS = "salesforce_orders"
ALL = (*LOADS, locks.BUILD, locks.ATTEMPT, locks.PUBLISH, locks.MIGRATE)
THEIRS = {
    "admin": set(ALL),
    "loader": {*LOADS, "attempt"},  # who deletes scores shares it
    "transformer": {locks.BUILD, locks.ATTEMPT},
    "publisher": {locks.PUBLISH},
    "reader": set(),
}


def may_take(warehouse, role, name):
    with connect(warehouse.dsn(role)) as conn:
        try:
            locks.take(conn, name)
        except psycopg.errors.InsufficientPrivilege:
            return False
    return True


@pytest.mark.parametrize("role", THEIRS)
def test_a_role_can_take_the_locks_of_its_own_work_and_no_other(warehouse, role):
    assert {name for name in ALL if may_take(warehouse, role, name)} == THEIRS[role]


@pytest.mark.parametrize("name", ALL)
def test_who_waits_too_long_is_told_who_has_the_lock_and_since_when(warehouse, monkeypatch, name):
    role = next(
        role for role in ("loader", "transformer", "publisher", "admin") if name in THEIRS[role]
    )
    monkeypatch.setattr("kindred.warehouse.connections.PATIENCE", "-c lock_timeout=50ms")
    with connect(warehouse.dsn(role)) as holder, connect(warehouse.dsn(role)) as waiter:
        pid = holder.info.backend_pid
        with holder.transaction():
            locks.take(holder, name)
            with waiter.transaction():
                with pytest.raises(locks.LockedError) as told:
                    locks.take(waiter, name)
                # The transaction goes on: its caller may have something to write down.
                assert waiter.execute("select 1").fetchone() == (1,)
        locks.take(waiter, name)
    wanted = f"the lock of {name} is taken by session {pid} of kindred_{role} \\(kindred, since 20"
    assert told.match(wanted)


def test_a_lock_that_no_migration_has_made_names_the_way_out(warehouse):
    with connect(warehouse.dsn("loader")) as conn, pytest.raises(WarehouseError, match="migrate"):
        locks.take(conn, "salesforce_cases")


def test_a_landing_that_finds_its_load_locked_says_so_instead_of_waiting(warehouse, monkeypatch):
    monkeypatch.setattr("kindred.warehouse.connections.PATIENCE", "-c lock_timeout=50ms")
    window = Window(START, START.replace(day=2))
    with (
        connect(warehouse.dsn("loader")) as holder,
        connect(warehouse.dsn("loader")) as waiter,
        holder.transaction(),
    ):
        ledger.lock_load(holder, ORDERS)
        with pytest.raises(WarehouseError, match=f"lock of {ORDERS} is taken by session"):
            ledger.open_batch(waiter, ORDERS, window, "run")
        ledger.open_batch(waiter, "salesforce_contacts", window, "run")


def test_migrations_at_once_wait_for_each_other(warehouse):
    with ThreadPoolExecutor(4) as pool:
        again = [
            pool.submit(schema.migrate, warehouse.dsn("admin"), VENDORS.values()) for _ in range(4)
        ]
        assert [each.result() for each in again] == [[]] * 4


def test_a_session_that_writes_for_an_older_attempt_is_ended_and_no_other(warehouse):
    with (
        psycopg.connect(warehouse.dsn("transformer")) as orphan,
        psycopg.connect(warehouse.dsn("transformer")) as idle,
        connect(warehouse.dsn("transformer")) as newest,
    ):
        orphan.execute("select ops.hold_attempt()")
        idle.execute("select 1")
        with newest.transaction():
            locks.end_sharers(newest, locks.ATTEMPT)
            locks.take(newest, locks.ATTEMPT)
        with pytest.raises(psycopg.OperationalError):
            orphan.execute("select 1")
        assert idle.execute("select 1").fetchone() == (1,)
