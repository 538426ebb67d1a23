"""Whoever is in two CRMs is one customer of the marts, with what both CRMs know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import marts_customers as people
import psycopg
import pytest
from two_crms import CRMS, Crms, project

from tests.integration.marts_built import MARTS, NO_TESTS

A, B, _ = CRMS
ANN, BOB = 10, 13  # of the made-up customers; their e-mail addresses are verified
FOUNDED = -365  # before everybody else


@pytest.fixture(scope="module")
def crms(
    warehouse_server: Any,
    parsed_copy: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Crms]:
    """The marts of sixty customers, of whom Ann is in another CRM too, under another's id."""
    folder = tmp_path_factory.mktemp("two")
    people.fill(warehouse_server.dsn("admin"), customers=60)
    crms = Crms(warehouse_server, parsed_copy(), project(folder))
    with psycopg.connect(crms.dsn) as conn:
        for number in (ANN, BOB):  # in the form in which landing would have left them
            email = f"person{number}@example.org"
            query = "update raw.salesforce_contacts set email = %s where contact_id = %s"
            conn.execute(query, [email, f"003-{number:04}"])
        for load in ("contacts", "orders"):
            conn.execute(
                "insert into ops.cursors (load, through, batch_id) values (%s, %s, 1)",
                [f"{B}_{load}", people.THROUGH],
            )
    crms.add(B, f"003-{BOB:04}", email=f"person{ANN}@example.org")
    _order(crms, BOB, "801-b", date(2026, 6, 1), 1000)
    crms.build(*NO_TESTS)
    yield crms
    warehouse_server.empty()


def _order(crms: Crms, number: int, order_id: str, day: date, amount: int) -> None:
    row = people.order(number, order_id, day, amount)
    row |= {"_batch_id": 1, "_extracted_at": people.THROUGH}
    names = ", ".join(row)
    values = ", ".join(f"%({name})s" for name in row)
    with psycopg.connect(crms.dsn) as conn:
        conn.execute(f"insert into raw.{B}_orders ({names}) values ({values})", row)


def bought(crms: Crms, contact: tuple[str, str]) -> list[tuple[Any, ...]]:
    """Return the orders of a contact's customer and what they came to, a row a customer."""
    return crms.rows(
        "select orders, historical_value from build.customer_value"
        " join build.customer_keys using (customer_id)"
        f" where vendor = '{contact[0]}' and record_id = '{contact[1]}'"
    )


def in_raw(crms: Crms, number: int, crm: str) -> tuple[int, int]:
    """Return a contact's orders and their sum, up to the last complete month's end."""
    return crms.rows(
        f"select count(*), coalesce(sum(amount), 0) from raw.{crm}_orders"
        f" where contact_id = '003-{number:04}' and ordered_on < '2026-07-01'"
        " and order_type is distinct from 'Consolidation'"
    )[0]


def test_one_person_in_two_crms_has_both_crms_orders(crms: Crms) -> None:
    ours, theirs = in_raw(crms, ANN, A), in_raw(crms, BOB, B)
    assert theirs == (1, 1000)
    wanted = [(ours[0] + 1, ours[1] + 1000)]
    assert bought(crms, (A, f"003-{ANN:04}")) == wanted
    assert bought(crms, (B, f"003-{BOB:04}")) == wanted


def test_whoever_has_the_same_id_in_the_other_crm_keeps_their_own_orders(crms: Crms) -> None:
    assert bought(crms, (A, f"003-{BOB:04}")) == [in_raw(crms, BOB, A)]


def test_marts_follow_when_two_customers_turn_out_to_be_one_and_back(crms: Crms) -> None:
    def founder(number: int) -> str:
        query = f"select customer_id from build.int_identities where contact_id = '003-{number:04}'"
        return str(crms.rows(f"{query} and vendor = '{A}'")[0][0])

    def change(email: str | None) -> dict[str, list[tuple[Any, ...]]]:
        """Change the address in the other CRM's oldest record; build what changed."""
        crms.add(B, "old", created=FOUNDED, email=email, customer_since=date(2025, 1, 1))
        with psycopg.connect(crms.dsn) as conn:
            conn.execute(
                "delete from ops.addresses where subject = 'old' and address <> %s", [email]
            )
            conn.execute("delete from ops.changes")
            conn.execute(
                "insert into ops.changes (load, subject, from_date, batch_id, build_id)"
                " values (%s, 'old', '2025-01-01', 1, 2)",
                [f"{B}_contacts"],
            )
        crms.build(*NO_TESTS)
        return crms.contents()

    alone = change("nobody@example.org")
    before = founder(BOB)
    together = change(f"person{BOB}@example.org")
    now = founder(BOB)
    assert now != before
    for mart in MARTS:
        assert not any(before in text for (text,) in together[mart]), mart
    changes = "select became, is_gone, vendor, rule from ops.identity_changes order by change_id"
    assert crms.rows(f"{changes} desc limit 1") == [(now, True, A, "email")]
    assert change("nobody@example.org") == alone
    crms.build("--full-refresh", *NO_TESTS)
    assert crms.contents() == alone
    assert crms.rows(f"{changes} desc limit 1") == [(before, False, A, "crm_contact")]
