"""A gate that sees far fewer rows find their customer than in the nights before says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from kindred.gates import check_batches
from kindred.loads import Batch, Window
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from tests.integration.landed import NIGHT, good, land

DAY = timedelta(days=1)
BEFORE = Window(NIGHT.start - DAY, NIGHT.end - DAY)
PEOPLE = 200
# The column by which a row finds its customer: who `number` is there, and who nobody is.
FINDS = {
    "salesforce_orders": ("contact_id", "003-{}", "003-gone-{}"),
    "salesforce_survey_responses": ("contact_id", "003-{}", "003-gone-{}"),
    "salesforce_touchpoint_ratings": ("contact_id", "003-{}", "003-gone-{}"),
    "salesforce_referrals": ("referrer_contact_id", "003-{}", "003-gone-{}"),
    "genesys_conversations": ("customer_phone", "+1555020{:04}", "+44207946{:04}"),
    "mastodon_statuses": ("account", "person{}@social.example", "nobody{}@social.example"),
}


@pytest.fixture
def conn(warehouse):
    with psycopg.connect(warehouse.dsn("loader"), autocommit=True) as conn:
        yield conn


def rows(name: str, linked: int, unlinked: int = 0) -> list[dict[str, Any]]:
    """Rows of a load with keys of their own; those that find somebody come first."""
    load, (column, somebody, nobody) = LOADS[name], FINDS[name]
    return [
        good(load, **{load.key[-1]: f"{name}-{number}"})
        | {column: (somebody if number < linked else nobody).format(number)}
        for number in range(linked + unlinked)
    ]


def publish(conn: psycopg.Connection, name: str, found: list[dict[str, Any]]) -> None:
    batch = land(conn, LOADS[name], found, window=BEFORE)
    conn.execute("update ops.loads set status = 'passed' where batch_id = %s", [batch.batch_id])
    publish_batches(conn, [batch], LOADS)


def contacts() -> list[dict[str, Any]]:
    load = LOADS["salesforce_contacts"]
    return [
        good(
            load,
            contact_id=f"003-{n}",
            phone=f"+1555020{n:04}",
            mastodon_handle=f"person{n}@social.example",
        )
        for n in range(PEOPLE)
    ]


def gated(warehouse: Any, batch: Batch) -> tuple[str, str, bool, int | None]:
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch])
    (found,) = [one for one in verdict.findings if one.rule == "linked_share"]
    return verdict.status, found.severity, found.is_passed, found.rows_failed


@pytest.mark.parametrize("name", FINDS)
@pytest.mark.parametrize(
    ("linked", "severity", "is_passed"),
    [(190, "warning", True), (160, "warning", False), (20, "critical", False)],
)
def test_a_batch_that_finds_fewer_customers_warns_and_one_that_finds_few_is_held(
    warehouse, conn, name, linked, severity, is_passed
):
    publish(conn, "salesforce_contacts", contacts())
    publish(conn, name, rows(name, 195, 5))
    found = gated(warehouse, land(conn, LOADS[name], rows(name, linked, 200 - linked)))
    assert found[1:] == (severity, is_passed, 200 - linked)
    assert (found[0] == "held") is (severity == "critical")


def test_a_first_night_has_no_history_and_passes(warehouse, conn):
    batch = land(conn, LOADS["salesforce_orders"], rows("salesforce_orders", 0, 60))
    assert gated(warehouse, batch)[2:] == (True, 60)


def test_the_nights_before_are_counted_with_the_contacts_of_today(warehouse, conn):
    publish(conn, "genesys_conversations", rows("genesys_conversations", 60))
    publish(conn, "salesforce_contacts", contacts())
    strangers = rows("genesys_conversations", 0, 60)
    batch = land(conn, LOADS["genesys_conversations"], strangers)
    assert gated(warehouse, batch)[:2] == ("held", "critical")
