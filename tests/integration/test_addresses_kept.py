"""Addresses that a contact had stay known: the same set whichever order versions come in."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from kindred.loads import Load
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from tests.integration.landed import NOON, good, land

CONTACTS = LOADS["salesforce_contacts"]
A, B = "+15550200240", "+15550200241"


def version(number: int, **fields: Any) -> dict[str, Any]:
    stamp = NOON + timedelta(minutes=number)
    return good(CONTACTS, modified_at=stamp, _extracted_at=stamp, **fields)


VERSIONS = [
    version(1, phone=A, email="a@x.org", is_email_verified=True, mastodon_handle="a@m.org"),
    version(2, phone=B, email="b@x.org", is_email_verified=False, mastodon_handle="a@m.org"),
    version(3, phone=None, email=None, is_email_verified=True, mastodon_handle="b@m.org"),
]
HAD = {
    ("003A", "phone", A),
    ("003A", "phone", B),
    ("003A", "email", "a@x.org"),  # the other one was never verified
    ("003A", "claimed_handle", "a@m.org"),
    ("003A", "claimed_handle", "b@m.org"),
}


def publish(conn: psycopg.Connection, *rows: dict[str, Any], load: Load = CONTACTS) -> None:
    batch = land(conn, load, rows)
    conn.execute("update ops.loads set status = 'passed' where batch_id = %s", [batch.batch_id])
    publish_batches(conn, [batch], LOADS | {load.name: load})


@pytest.fixture
def conn(warehouse):
    with psycopg.connect(warehouse.dsn("loader"), autocommit=True) as conn:
        yield conn


def kept(conn: psycopg.Connection) -> set[tuple[str, ...]]:
    return set(conn.execute("select subject, rule, address from ops.addresses").fetchall())


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_of_publications_keeps_the_same_addresses(conn, order):
    for number in order:
        publish(conn, VERSIONS[number])
    assert kept(conn) == HAD
    publish(conn, VERSIONS[order[-1]])
    assert kept(conn) == HAD


@pytest.mark.parametrize("split", range(3))
def test_versions_that_come_in_one_batch_keep_what_they_keep_one_by_one(conn, split):
    publish(conn, *VERSIONS[split:])
    if split:
        publish(conn, *VERSIONS[:split])
    assert kept(conn) == HAD


def test_a_vendor_whose_deletions_no_comparison_finds_forgets_what_its_tombstone_blanks(conn):
    plain = replace(CONTACTS, deletions=None)
    erased = {"email": None, "phone": None, "mastodon_handle": None, "is_deleted": True}
    publish(conn, VERSIONS[0], load=plain)
    assert len(kept(conn)) == 3
    publish(conn, version(4, **erased), load=plain)
    assert kept(conn) == set()


def test_with_the_tombstone_of_a_record_that_is_gone_its_addresses_go_and_a_merged_ones_stay(conn):
    erased = {"email": None, "phone": None, "mastodon_handle": None, "is_deleted": True}
    publish(conn, *VERSIONS, version(1, contact_id="003B", phone=A))
    publish(conn, version(4, **erased))
    publish(conn, version(4, contact_id="003B", phone=A, is_deleted=True, master_contact_id="003A"))
    assert {subject for subject, _, _ in kept(conn)} == {"003B"}
