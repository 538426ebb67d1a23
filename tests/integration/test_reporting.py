"""A run says which of its loads are missing, and a refresh which changes it cannot build yet."""

import logging
from types import SimpleNamespace

import pytest
from landed import NIGHT, land, many

from kindred.building import WaitingError, claim
from kindred.pipeline import ingest, reporting
from kindred.sources import LOADS, SOURCES
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

CRM = [load.name for load in SOURCES["crm"]]
CONTACTS, ORDERS = LOADS["salesforce_contacts"], LOADS["salesforce_orders"]


@pytest.fixture
def conn(warehouse):
    with connect(warehouse.dsn("loader")) as opened:
        yield opened


def become(conn, load, status, message=None):
    batch = ledger.open_batch(conn, load, NIGHT, "run")
    conn.execute(
        "update ops.loads set status = %s, message = %s where batch_id = %s",
        [status, message, batch.batch_id],
    )


def check(warehouse, loads=CRM):
    return reporting.check("crm", "run", loads, warehouse.dsn("loader"))


@pytest.mark.parametrize("load", CRM)
@pytest.mark.parametrize("status", ["landing", "landed", "passed", "failed", "held"])
def test_a_load_that_is_not_published_is_missing_whichever_it_is(warehouse, conn, load, status):
    for name in CRM:
        become(conn, name, status if name == load else "published")
    with pytest.raises(reporting.Incomplete) as missing:
        check(warehouse)
    first, *lines = str(missing.value).splitlines()
    assert first == f"crm: 1 of {len(CRM)} loads not published, the others are"
    assert [line.split(":")[0].strip() for line in lines] == [load]


@pytest.mark.parametrize("load", CRM)
def test_a_load_that_was_never_asked_for_is_missing(warehouse, conn, load):
    for name in CRM:
        if name != load:
            become(conn, name, "published")
    with pytest.raises(reporting.Incomplete, match=f"{load}: never requested"):
        check(warehouse)


@pytest.mark.parametrize("status", ["published", "superseded", "skipped"])
def test_a_load_that_is_settled_well_is_not_missing(warehouse, conn, status):
    for name in CRM:
        become(conn, name, status)
    assert check(warehouse) == (len(CRM) if status == "published" else 0)


def test_the_newest_batch_of_a_run_counts(warehouse, conn):
    become(conn, ORDERS.name, "held", "the first attempt")
    become(conn, ORDERS.name, "published")
    assert check(warehouse, [ORDERS.name]) == 1


def test_what_is_missing_is_named_with_its_reason(warehouse, conn):
    become(conn, ORDERS.name, "held", "held: critical amount: failed, 1 of 3 rows")
    with pytest.raises(reporting.Incomplete, match=r"salesforce_orders: held: .* 1 of 3 rows"):
        check(warehouse, [ORDERS.name])


def test_a_held_batch_is_logged_as_errors_with_the_rule_first(warehouse, conn, caplog):
    caplog.set_level(logging.INFO)
    batch = land(conn, ORDERS, many(ORDERS, 3), run_id="run", quarantined=30)
    for reason, rows in (("late - at `$.a`", 9), ("odd - at `$.b`", 20), ("x - at `$.c`", 1)):
        for _ in range(rows):
            conn.execute(
                "insert into quarantine.rows (load, batch_id, reason, record)"
                " values (%s, %s, %s, '{}')",
                [ORDERS.name, batch.batch_id, reason],
            )
    ingest.gate("crm", "run", SimpleNamespace(warehouse=warehouse.dsn))
    said = [
        record.getMessage()
        for record in caplog.records
        if record.name == "kindred.pipeline.ingest" and record.levelno == logging.ERROR
    ]
    assert "quarantined_share: failed, 30 of 33 rows" in said
    assert said[-3:] == [
        "  quarantined: odd - at `$.b`, 20 rows",
        "  quarantined: late - at `$.a`, 9 rows",
        "  quarantined: x - at `$.c`, 1 rows",
    ]


def test_a_refresh_of_backfilled_changes_before_the_first_night_says_whose_night_is_missing(
    warehouse, conn
):
    for load, subject in (("salesforce_orders", "a"), ("salesforce_contacts", "b")):
        conn.execute(
            "insert into ops.changes (load, subject, from_date, batch_id)"
            " values (%s, %s, '2026-03-01', 1)",
            [load, subject],
        )
    with (
        connect(warehouse.dsn("transformer")) as transformer,
        pytest.raises(WaitingError, match=r"salesforce_contacts \(1\), salesforce_orders \(1\)"),
    ):
        claim(transformer, "run")
    assert conn.execute("select count(*) from ops.builds").fetchone() == (0,)


def test_a_refresh_without_changes_and_without_a_night_has_nothing_to_do(warehouse):
    with connect(warehouse.dsn("transformer")) as transformer:
        assert claim(transformer, "run", full_refresh=True) is None
