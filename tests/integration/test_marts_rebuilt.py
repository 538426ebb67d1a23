"""Marts built again: what a change rewrites, and nights that give what a full refresh gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.integration import marts_customers as people
from tests.integration.marts_built import MARTS, NO_TESTS, PROJECT, Marts, customer

KEPT = ("tier_moves", "int_sales", "int_texts", "int_moments", "int_touchpoint_ratings")
CUSTOMER_MONTHS = ("customer_segments", "customer_attrition", "customer_advocacy")


@pytest.fixture
def marts(warehouse: Any, first_night: Callable[[], Marts]) -> Marts:  # noqa: ARG001 -- emptied afterwards
    """Marts of one first night."""
    return first_night()


@pytest.fixture
def choosing(warehouse: Any, tmp_path: Path) -> Marts:
    """An empty warehouse and a target folder of one test, which parses more than once."""
    return Marts(warehouse, tmp_path)


def test_another_preset_gives_another_industrys_seeds_though_dbt_has_parsed_one(
    choosing: Marts,
) -> None:
    for preset in ("finance", "hospitality"):
        choosing.environment["KINDRED_PRESET"] = preset
        choosing.dbt("--select", "resource_type:seed")
        for name in ("touchpoint", "initiative"):
            path = PROJECT / "seeds" / "presets" / preset / f"{name}s.csv"
            told = sorted(line.split(",")[0] for line in path.read_text().splitlines()[1:])
            assert choosing.rows(f"select {name} from build.{name}s order by 1") == [
                (one,) for one in told
            ]


def test_a_change_rewrites_its_own_customer_months_only(marts: Marts) -> None:
    before = {mart: marts.versions(mart) for mart in CUSTOMER_MONTHS}
    writers = {table: marts.writers(table) for table in KEPT}
    caller, conversation, called = marts.rows(
        "select customer_id, subject, linked_at::date from build.int_identity_links"
        " where link = 'conversation' and linked_at < '2026-07-01' order by 3 desc, 2 limit 1"
    )[0]
    with psycopg.connect(marts.dsn) as conn:
        new = people.order(10, "801-new", date(2026, 7, 10), 500)
        people.write(conn, "salesforce_orders", new)
        people.mark(conn, "salesforce_orders", "003-0010", date(2026, 7, 10), 2)
        conn.execute(
            "update raw.genesys_surveys set total_score = 1 - total_score / 100"
            " where conversation_id = %s",
            [conversation],
        )
        people.mark(conn, "genesys_surveys", conversation, called, 2)
    marts.build(*NO_TESTS)
    allowed = {(customer(10), date(2026, 7, 1))}
    allowed |= {(caller, date(2026, month, 1)) for month in (6, 7)}
    assert called > date(2026, 6, 2)
    for mart, old in before.items():
        new_rows = marts.versions(mart)
        rewritten = {key for key in new_rows if new_rows[key] != old.get(key)}
        assert rewritten, mart
        assert rewritten <= allowed, mart
        assert new_rows.keys() == old.keys(), mart
    for table, wrote in writers.items():
        now = marts.writers(table)
        rewritten = {name for name in now if now[name] != wrote.get(name)}
        assert rewritten <= {customer(10), caller}, table
    assert rewritten, "the call moved nobody's moments"
    found = marts.rows(
        "select last_order_on from build.customer_attrition"
        f" where customer_id = '{customer(10)}' and month = '2026-07-01'"
    )
    assert found == [(date(2026, 7, 10),)]


def test_a_day_without_changes_rewrites_only_what_the_day_turns(marts: Marts) -> None:
    before = marts.versions("customer_attrition")
    statuses = "select customer_id, month, status from build.customer_attrition"
    old = {row[:2]: row[2] for row in marts.rows(statuses)}
    with psycopg.connect(marts.dsn) as conn:
        people.move_cursors(conn, datetime(2026, 7, 19, tzinfo=UTC))
    marts.build(*NO_TESTS)
    after = marts.versions("customer_attrition")
    new = {row[:2]: row[2] for row in marts.rows(statuses)}
    turned = {key for key in new if new[key] != old[key]}
    assert turned, "the made-up customers give no status that turns in three days"
    assert {key for key in after if after[key] != before[key]} == turned


def test_a_consent_that_changed_makes_its_customer_due_however_it_changed(marts: Marts) -> None:
    heard = f"select count(*) from build.int_texts where customer_id = '{customer(41)}'"
    assert marts.rows(heard) != [(0,)]
    assert marts.rows(
        "select distinct consent from build.customer_segments"
        f" where customer_id in ('{customer(1)}', '{customer(41)}', '{customer(47)}') order by 1"
    ) == [("given",), ("refused",), ("unknown",)]
    with psycopg.connect(marts.dsn) as conn:
        conn.execute(
            "update raw.salesforce_contacts set has_text_consent = false"
            " where contact_id = '003-0041'"
        )
    marts.dbt("--select", "+int_texts", "+customer_segments", *NO_TESTS)
    due = "select customer_id, count(*) from build.int_months_due group by 1"
    months = "select customer_id, count(*) from build.int_spine group by 1"
    assert marts.rows(due) == [row for row in marts.rows(months) if row[0] == customer(41)]
    assert marts.rows(heard) == [(0,)]
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    assert marts.rows("select from build.int_stale_months") == []


def test_a_warehouse_of_a_version_that_knew_no_refusals_makes_everybody_due(marts: Marts) -> None:
    with psycopg.connect(marts.transformer) as conn:
        conn.execute("alter table build.customer_segments drop column consent")
    marts.dbt("--select", "+customer_segments", *NO_TESTS)
    (row,) = marts.rows("select count(*), count(consent) from build.customer_segments")
    assert row[0] == row[1] > 0


def test_nights_give_the_same_marts_as_a_full_refresh(marts: Marts) -> None:
    with psycopg.connect(marts.dsn) as conn:
        for changed in _a_busy_night(conn):
            people.mark(conn, *changed, 2)
        people.score(conn)
        people.move_cursors(conn, datetime(2026, 8, 3, tzinfo=UTC))
    before = marts.contents()
    marts.build(*NO_TESTS)
    by_nights = marts.contents()
    marts.build("--full-refresh", *NO_TESTS)
    assert marts.contents() == by_nights
    unlearned = {"attrition_risk", "risk_reliability"}  # too few made-up customers left
    assert {mart for mart in MARTS if by_nights[mart] == before[mart]} == unlearned
    gone = {customer(number) for number in (20, 60)}
    assert not gone & {row[0] for row in marts.rows("select customer_id from build.int_spine")}


def test_a_warehouse_built_without_keys_goes_on_and_its_records_get_theirs(marts: Marts) -> None:
    keys = marts.keys()
    assert keys.keys() >= {*MARTS, *KEPT}
    with psycopg.connect(marts.transformer) as conn:
        for table, key in keys.items():
            conn.execute(
                sql.SQL("alter table build.{} drop constraint {}").format(
                    sql.Identifier(table), sql.Identifier(key)
                )
            )
        conn.execute("alter table build.customer_segments alter tier drop not null")
    with psycopg.connect(marts.dsn) as conn:
        people.move_cursors(conn, datetime(2026, 7, 19, tzinfo=UTC))
    marts.build(*NO_TESTS)
    assert keys.keys() - marts.keys().keys() == {*CUSTOMER_MONTHS, "tier_moves"}


def test_a_build_that_was_never_published_is_still_owed(marts: Marts) -> None:
    due = "select customer_id, month from build.int_months_due"
    add = "insert into ops.builds (run_id, status) values ('r', 'building')"
    with psycopg.connect(marts.dsn) as conn:
        conn.execute(add)
        people.mark(conn, "salesforce_orders", "003-0010", date(2026, 7, 10), 1)
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    first = marts.rows(due)
    with psycopg.connect(marts.dsn) as conn:
        conn.execute("update ops.builds set status = 'failed'")
        conn.execute("delete from ops.changes")
        conn.execute(add)
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    assert first == [(customer(10), date(2026, 7, 1))]
    assert marts.rows(due) == first
    with psycopg.connect(marts.dsn) as conn:
        conn.execute("update ops.builds set status = 'published' where status = 'building'")
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    assert marts.rows(due) == []


def test_a_build_uses_one_model_whatever_takes_over_meanwhile(marts: Marts) -> None:
    add = "insert into ops.builds (run_id, status, text_model_version) values ('r', %s, %s)"
    with psycopg.connect(marts.dsn) as conn:
        conn.execute(add, ["building", "test-1"])
        people.mark(conn, "mastodon_statuses", "person9@social.example", date(2026, 1, 1), 1)
        people.score(conn, "test-2")
        conn.execute(add, ["building", "test-2"])
    before = marts.contents()
    marts.environment["KINDRED_BUILD_ID"] = "1"
    marts.build(*NO_TESTS)
    assert marts.models() == {"test-1"}
    assert marts.contents() == before
    marts.environment["KINDRED_BUILD_ID"] = "2"
    marts.build(*NO_TESTS)
    assert marts.models() == {"test-2"}


def test_a_model_that_takes_over_and_one_that_comes_back_give_what_a_full_refresh_gives(
    marts: Marts,
) -> None:
    by_first = marts.contents()
    with psycopg.connect(marts.dsn) as conn:
        people.score(conn, "test-2")
    marts.build(*NO_TESTS)
    by_second = marts.contents()
    assert marts.models() == {"test-2"}
    for mart in ("customer_segments", "segment_summary", "customer_advocacy", "true_north"):
        assert by_second[mart] != by_first[mart]
    marts.build("--full-refresh", *NO_TESTS)
    assert marts.contents() == by_second
    with psycopg.connect(marts.dsn) as conn:
        people.score(conn)
    marts.build(*NO_TESTS)
    assert marts.contents() == by_first


def _a_busy_night(conn: psycopg.Connection) -> list[tuple[str, str, date]]:
    """Change a little of everything; return load, subject and day of each change."""
    contacts = [
        (20, {"master_contact_id": "003-0021", "is_deleted": True}),
        (30, {"phone": "+31205550031"}),
        (33, {"mastodon_handle": "@person36@social.example"}),
        (41, {"has_text_consent": False}),
        (47, {"has_text_consent": True}),
        (60, {"is_deleted": True}),
    ]
    for number, fields in contacts:
        changes = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in fields.items()
        )
        conn.execute(
            sql.SQL("update raw.salesforce_contacts set {} where contact_id = %s").format(changes),
            [f"003-{number:04}"],
        )
    conn.execute(
        "update raw.salesforce_orders set is_deleted = true where order_id like '%0050-001'"
    )
    people.write(conn, "salesforce_orders", people.order(70, "801-late", date(2026, 2, 3), 75))
    people.write(conn, "salesforce_orders", people.order(71, "801-new", date(2026, 8, 2), 75))
    conn.execute(
        "update raw.mastodon_statuses set is_deleted = true where account like 'person9@%'"
    )
    conn.execute(
        "update raw.salesforce_referrals set converted_on = '2026-07-30'"
        " where referrer_contact_id = '003-0082'"
    )
    conn.execute(
        "insert into ops.loads (load, run_id, window_start, window_end, attempt, status,"
        " rows_published, ended_at) values"
        " ('salesforce_orders', 'night', '2026-08-02', '2026-08-03', 1, 'published', 3, now())"
    )
    return [
        *(("salesforce_contacts", f"003-{number:04}", date(2026, 7, 30)) for number, _ in contacts),
        ("salesforce_orders", "003-0050", date(2025, 1, 1)),
        ("salesforce_orders", "003-0070", date(2026, 2, 3)),
        ("salesforce_orders", "003-0071", date(2026, 8, 2)),
        ("mastodon_statuses", "person9@social.example", date(2025, 1, 1)),
        ("salesforce_referrals", "003-0082", date(2026, 7, 30)),
    ]
