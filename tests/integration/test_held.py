"""A person lets a held batch through, unless what was deleted since would come back with it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from landed import land, many

from kindred.cli import held
from kindred.errors import GateError, SetupError, WarehouseError
from kindred.gates import check_batches
from kindred.pipeline import held_batches as tasks
from kindred.sources import LOADS
from kindred.warehouse.connections import connect

ORDERS, STATUSES = LOADS["salesforce_orders"], LOADS["mastodon_statuses"]


@pytest.fixture
def hold(warehouse, tmp_path):
    """Hold a batch of a load since so many hours; return its number."""

    def make(load, hours: int) -> int:
        with connect(warehouse.dsn("loader")) as conn:
            batch = land(conn, load, many(load, 3))
            check_batches(warehouse.dsn("loader"), [batch], tmp_path)  # there is no suite
            conn.execute(
                "update ops.loads set gated_at = now() - make_interval(hours => %s)", [hours]
            )
        return batch.batch_id

    return make


@pytest.fixture
def services(warehouse):
    """The services of a machine whose Airflow does not run."""
    airflow = SimpleNamespace(is_alive=lambda: False)
    return SimpleNamespace(postgres=SimpleNamespace(dsn=warehouse.dsn), airflow=airflow)


@pytest.mark.parametrize(("load", "hours"), [(ORDERS, 300), (STATUSES, 20)])
def test_a_held_batch_is_released_with_a_reason(services, hold, warehouse, load, hours):
    said = held.release(services, hold(load, hours), "looked at")
    assert f"raw.{load.name}: 3 rows changed" in said
    with connect(warehouse.dsn("loader")) as conn:
        found = conn.execute("select status, message from ops.loads").fetchone()
    assert found == ("published", "released: looked at")


def test_a_release_that_postgres_refuses_leaves_the_batch_held(services, hold, warehouse):
    batch_id = hold(ORDERS, 1)
    with connect(warehouse.dsn("admin")) as conn:
        conn.execute("alter table raw.salesforce_orders add constraint no check (amount < 0)")
    try:
        with pytest.raises(WarehouseError, match="raw is unchanged"):
            held.release(services, batch_id, "looked at")
    finally:
        with connect(warehouse.dsn("admin")) as conn:
            conn.execute("alter table raw.salesforce_orders drop constraint no")
            found = conn.execute("select status from ops.loads").fetchone()
            kept = conn.execute("select count(*) from held.salesforce_orders").fetchone()
    assert (found, kept) == (("held",), (3,))
    assert "3 rows changed" in held.release(services, batch_id, "looked at again")


def test_a_held_batch_that_somebody_took_rows_from_stays_held(services, hold, warehouse):
    batch_id = hold(ORDERS, 1)
    with connect(warehouse.dsn("loader")) as conn:
        conn.execute(
            "delete from held.salesforce_orders where ctid in"
            " (select ctid from held.salesforce_orders limit 1)"
        )
        with pytest.raises(WarehouseError, match="landed 3 rows but 2 are there"):
            held.release(services, batch_id, "looked at")
        assert conn.execute("select status from ops.loads").fetchone() == ("held",)
        assert conn.execute("select count(*) from held.salesforce_orders").fetchone() == (2,)


def test_a_release_repeated_after_its_commit_is_done(hold, warehouse):
    dsn, batch_id = warehouse.dsn("loader"), hold(ORDERS, 1)
    assert "3 rows changed" in tasks.release("crm", batch_id, "looked at", dsn)
    assert tasks.release("crm", batch_id, "looked at", dsn) == f"batch {batch_id} is released"
    with pytest.raises(GateError, match="is not held, it is published"):
        tasks.release("crm", batch_id, "another reason", dsn)


@pytest.mark.parametrize(
    ("source", "reason", "why"),
    [
        ("crm", " ", "give a reason why batch 1 may pass"),
        ("social", "looked at", "which is not a load of social"),
    ],
)
def test_a_release_needs_a_reason_and_the_batchs_own_source(hold, warehouse, source, reason, why):
    with pytest.raises(GateError, match=why):
        tasks.release(source, hold(ORDERS, 1), reason, warehouse.dsn("loader"))


def test_posts_that_were_held_for_days_are_not_released(services, hold, warehouse):
    batch_id = hold(STATUSES, 30)
    with pytest.raises(GateError, match=f"batch {batch_id} has been held since .* Replace it"):
        held.release(services, batch_id, "looked at")
    with connect(warehouse.dsn("loader")) as conn:
        assert conn.execute("select status from ops.loads").fetchone() == ("held",)
        assert conn.execute("select count(*) from held.mastodon_statuses").fetchone() == (3,)


def test_what_is_not_held_is_named_as_it_is(services, hold):
    batch_id = hold(ORDERS, 1)
    held.release(services, batch_id, "looked at")
    for act in (
        lambda: held.release(services, batch_id, "again"),
        lambda: held.replace(services, batch_id),
    ):
        with pytest.raises(GateError, match="is not held, it is published"):
            act()
    with pytest.raises(GateError, match="there is no batch 99"):
        held.replace(services, 99)


def test_nobody_can_ask_again_while_airflow_does_not_run(services, hold):
    with pytest.raises(SetupError, match="kindred up"):
        held.replace(services, hold(ORDERS, 1))
