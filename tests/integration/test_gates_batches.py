"""The gate of batches: what it holds, what it lets through, and what it never says."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from kindred import settings
from kindred.errors import GateError, SupersededError
from kindred.gates import check_batches, release_batch
from kindred.gates.gx_runner import SuiteRunner
from kindred.gates.suites import Suite
from kindred.loads import Batch, Window
from kindred.sources import LOADS
from kindred.warehouse import ledger
from tests.integration.landed import NIGHT, START, good, land, many
from tests.integration.suite_files import NOT_NULL, blocking, suite_file

CANARY = "canary.7391@example.org"
ORDERS = LOADS["salesforce_orders"]
CONTACTS = LOADS["salesforce_contacts"]


@pytest.fixture
def conn(warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.dsn("loader"), autocommit=True) as opened:
        yield opened


def check(warehouse, batch: Batch, folder: Path | None = None):
    (verdict,) = check_batches(warehouse.dsn("loader"), [batch], folder)
    return verdict


def count(conn, table: str) -> int:
    return conn.execute(f"select count(*) from {table}").fetchone()[0]


def status(conn, batch: Batch) -> str:
    return conn.execute(
        "select status from ops.loads where batch_id = %s", [batch.batch_id]
    ).fetchone()[0]


def test_a_good_batch_of_every_load_passes_every_rule(warehouse, conn):
    batches = [land(conn, load, many(load, 30)) for load in LOADS.values()]
    verdicts = check_batches(warehouse.dsn("loader"), batches)
    failed = [str(found) for one in verdicts for found in one.findings if not found.is_passed]
    assert failed == []
    assert {status(conn, batch) for batch in batches} == {"passed"}
    assert [one.suite for one in verdicts] == list(LOADS)


def test_a_gate_leaves_no_session_open(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 3))
    gc.disable()  # what is forgotten would be closed some time
    try:
        check(warehouse, batch)
        with psycopg.connect(warehouse.dsn(), autocommit=True) as admin:
            deadline = time.monotonic() + 10
            while sessions := admin.execute(
                "select state from pg_stat_activity where application_name = 'kindred gate'"
            ).fetchall():
                assert time.monotonic() < deadline, sessions
    finally:
        gc.enable()


def test_a_held_batch_keeps_its_rows_and_leaves_raw_alone(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 5, amount=Decimal(-5)))
    verdict = check(warehouse, batch)
    assert blocking(verdict) == ["expect_column_values_to_be_between(amount)"]
    assert status(conn, batch) == "held"
    assert count(conn, "held.salesforce_orders") == 5
    assert count(conn, "landing.salesforce_orders") == 0
    assert count(conn, "raw.salesforce_orders") == 0


def test_each_rule_becomes_a_result_with_numbers_of_rows(warehouse, conn):
    wrong = [good(ORDERS, order_id=f"w-{at}", amount=Decimal(-5)) for at in range(6)]
    batch = land(conn, ORDERS, [*many(ORDERS, 4), *wrong])
    verdict = check(warehouse, batch)
    rows = conn.execute(
        "select rule, severity, is_passed, rows_checked, rows_failed, notes from ops.gate_results"
        " where batch_id = %s and not is_passed and severity = 'critical'",
        [batch.batch_id],
    ).fetchall()
    assert [row[:5] for row in rows] == [
        ("expect_column_values_to_be_between(amount)", "critical", False, 10, 6)
    ]
    assert "refund" in rows[0][5]
    assert count(conn, "ops.gate_results") == len(verdict.findings)


@pytest.mark.parametrize(
    ("load", "changes", "rule"),
    [
        ("salesforce_survey_responses", {"satisfaction": 6}, "(satisfaction)"),
        ("salesforce_survey_responses", {"recommend": 11}, "(recommend)"),
        ("salesforce_survey_responses", {"helps_thrill": 0}, "(helps_thrill)"),
        ("salesforce_touchpoint_ratings", {"rating": 8}, "(rating)"),
        ("salesforce_touchpoint_ratings", {"importance": 0}, "(importance)"),
        ("salesforce_touchpoint_ratings", {"touchpoint": " "}, "(touchpoint)"),
        ("salesforce_orders", {"contact_id": " "}, "(contact_id)"),
        ("salesforce_contacts", {"modified_at": NIGHT.end + timedelta(hours=48)}, "(modified_at)"),
        ("salesforce_contacts", {"modified_at": START - timedelta(hours=48)}, "(modified_at)"),
        ("mastodon_statuses", {"modified_at": NIGHT.end + timedelta(hours=48)}, "(modified_at)"),
        ("mastodon_statuses", {"account": "Ann@Example.social"}, "(account)"),
        ("genesys_transcripts", {"participant": "acd"}, "(participant)"),
        ("genesys_transcripts", {"said_at": NIGHT.end + timedelta(hours=48)}, "(said_at)"),
        ("genesys_surveys", {"promoter_score": 11}, "(promoter_score)"),
    ],
)
def test_rows_out_of_bounds_hold_the_batch_and_one_is_reported(
    warehouse, conn, load, changes, rule
):
    rows = many(LOADS[load], 30)
    rows[0] |= changes
    verdict = check(warehouse, land(conn, LOADS[load], rows))
    assert verdict.is_passed
    assert [str(found) for found in verdict.findings if rule in found.rule and not found.is_passed]
    for row in rows[:6]:
        row |= changes
    verdict = check(warehouse, land(conn, LOADS[load], rows))
    assert len(verdict.blocking) == 1
    assert rule in blocking(verdict)[0]


@pytest.mark.parametrize(
    ("good_rows", "quarantined", "is_held"),
    [(0, 1, False), (20, 1, False), (4, 5, True), (20, 5, False), (20, 6, True), (0, 2, True)],
)
def test_a_few_rows_in_quarantine_hold_nothing_unless_they_are_most(
    warehouse, conn, good_rows, quarantined, is_held
):
    batch = land(conn, ORDERS, many(ORDERS, good_rows), quarantined=quarantined)
    conn.execute(
        "insert into quarantine.rows (load, batch_id, reason, record)"
        " select %s, %s, 'Object missing required field `Type`', '{}' from generate_series(1, %s)",
        [ORDERS.name, batch.batch_id, quarantined],
    )
    verdict = check(warehouse, batch)
    assert ("quarantined_share" in blocking(verdict)) == is_held
    (found,) = (found for found in verdict.findings if found.rule == "quarantined_share")
    assert f"{quarantined} x Object missing required field `Type`" in found.notes


@pytest.mark.parametrize(
    ("load", "changes", "rule"),
    [
        ("genesys_conversations", {"customer_phone": None}, "linkable_conversations"),
        ("salesforce_contacts", {"email": None, "phone": None}, "reachable_contacts"),
        (
            "salesforce_survey_responses",
            dict.fromkeys(
                ["satisfaction", "effort", "recommend", "helps_belonging", "verbatim"],
            ),
            "answers_are_there",
        ),
        ("genesys_surveys", {"total_score": None, "promoter_score": None}, "finished_surveys"),
        ("mastodon_statuses", {"content": " "}, "posts_have_content"),
    ],
)
def test_what_most_rows_lost_holds_the_batch(warehouse, conn, load, changes, rule):
    verdict = check(warehouse, land(conn, LOADS[load], many(LOADS[load], 30, **changes)))
    assert any(name.startswith(rule) for name in blocking(verdict))


def test_ratings_that_no_longer_say_what_matters_are_reported_and_pass(warehouse, conn):
    ratings = LOADS["salesforce_touchpoint_ratings"]
    verdict = check(warehouse, land(conn, ratings, many(ratings, 200, importance=None)))
    assert verdict.is_passed
    assert [f.rule for f in verdict.findings if not f.is_passed] == ["importance_is_there"]


def test_exact_redelivery_is_harmless_and_two_contents_are_reported(warehouse, conn):
    row = good(ORDERS)
    again = land(conn, ORDERS, [row, row])
    assert all(found.is_passed for found in check(warehouse, again).findings)
    twice = land(conn, ORDERS, [row, row | {"amount": Decimal(7)}])
    verdict = check(warehouse, twice)
    assert verdict.is_passed
    assert [f.rule for f in verdict.findings if not f.is_passed] == ["one_content_a_version"]


def test_many_keys_with_two_contents_hold_the_batch(warehouse, conn):
    rows = many(ORDERS, 20)
    batch = land(conn, ORDERS, rows + [row | {"amount": Decimal(7)} for row in rows])
    assert blocking(check(warehouse, batch)) == ["few_versions_in_conflict"]


def test_rows_that_went_missing_block_and_ask_for_another_run(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 3))
    conn.execute("delete from landing.salesforce_orders")
    verdict = check(warehouse, batch)
    assert verdict.status == status(conn, batch) == "failed"
    assert "3 landed rows, 0 are there" in str(verdict)
    assert "Run this load again" in str(verdict)
    assert verdict.summary().startswith("The ledger counts 3 landed rows, 0 are there.")


def test_a_missing_suite_blocks(warehouse, conn, tmp_path):
    verdict = check(warehouse, land(conn, ORDERS, many(ORDERS, 3)), tmp_path)
    assert blocking(verdict) == ["suite_is_fit"]


def test_an_empty_suite_blocks(warehouse, conn, tmp_path):
    folder = suite_file(tmp_path, "salesforce_orders")
    assert blocking(check(warehouse, land(conn, ORDERS, many(ORDERS, 3)), folder)) == [
        "suite_is_fit"
    ]


def test_a_missing_landing_table_blocks(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 1))
    absent = Batch(batch.batch_id, "salesforce_absent", NIGHT, batch.run_id, batch.attempt)
    with pytest.raises(GateError, match=r"landing\.salesforce_absent is missing"):
        check(warehouse, absent)
    assert status(conn, batch) == "landed"


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "no_such_column"}},
        {
            "type": "unexpected_rows_expectation",
            "severity": "warning",
            "meta": {"rule": "divides"},
            "kwargs": {"unexpected_rows_query": "select 1 / 0 from {batch}"},
        },
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "amount", "min_value": {"$PARAMETER": "unheard_of"}},
        },
    ],
    ids=["no such column", "a warning that raises", "no such parameter"],
)
def test_a_rule_that_cannot_run_blocks_whatever_its_severity(warehouse, conn, tmp_path, rule):
    folder = suite_file(tmp_path, "salesforce_orders", NOT_NULL, rule)
    verdict = check(warehouse, land(conn, ORDERS, many(ORDERS, 3)), folder)
    assert verdict.status == "held"
    assert any(
        "could not run" in name or "great_expectations" in name for name in blocking(verdict)
    )


@pytest.mark.parametrize(
    ("rule", "blocks"),
    [
        # Great Expectations itself skips a type it does not know.
        (
            {"type": "expect_no_such_thing", "kwargs": {"column": "order_id"}},
            "expect_no_such_thing(order_id), could not run",
        ),
        (
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"colunm": "order_id"}},
            "great_expectations: ValidationError",
        ),
    ],
    ids=["no such expectation", "a mistyped kwarg"],
)
def test_a_suite_that_cannot_be_built_blocks(warehouse, conn, tmp_path, rule, blocks):
    folder = suite_file(tmp_path, "salesforce_orders", NOT_NULL, rule)
    verdict = check(warehouse, land(conn, ORDERS, many(ORDERS, 3)), folder)
    assert blocking(verdict) == [blocks]


def test_no_rows_where_there_is_history_blocks(warehouse, conn):
    for day in (5, 4, 3):
        start = START - timedelta(days=day)
        window = Window(start, start + timedelta(days=1))
        land(conn, ORDERS, many(ORDERS, 9), window=window, status="published")
    verdict = check(warehouse, land(conn, ORDERS, []))
    assert blocking(verdict) == ["rows_arrived"]
    assert "about 9 expected" in str(verdict)


def test_no_rows_in_a_short_window_or_without_history_is_a_warning(warehouse, conn):
    first = check(warehouse, land(conn, ORDERS, []))
    assert first.is_passed
    assert [f.rule for f in first.findings if not f.is_passed] == ["rows_arrived"]
    before = Window(START - timedelta(days=1), START)
    land(conn, ORDERS, many(ORDERS, 9), window=before, status="published")
    hour = Window(START, START + timedelta(hours=1))
    assert check(warehouse, land(conn, ORDERS, [], window=hour)).is_passed


def test_history_of_another_season_does_not_count(warehouse, conn):
    old = Window(START - timedelta(days=60), START - timedelta(days=59))
    land(conn, ORDERS, many(ORDERS, 50), window=old, status="published")
    assert check(warehouse, land(conn, ORDERS, [])).is_passed


def test_transcripts_may_be_missing_when_a_night_is_repeated_but_not_for_long(warehouse, conn):
    phrases = LOADS["genesys_transcripts"]
    nights = [Window(START + timedelta(days=n), START + timedelta(days=n + 1)) for n in range(4)]
    land(conn, phrases, many(phrases, 60), window=nights[0], status="published")
    for night in (nights[0], nights[0], nights[1]):
        assert check(warehouse, land(conn, phrases, [], window=night)).is_passed
        land(conn, phrases, [], window=night, status="published")
    land(conn, phrases, many(phrases, 60), window=nights[0], status="published")
    verdict = check(warehouse, land(conn, phrases, [], window=nights[3]))
    assert blocking(verdict) == ["rows_arrived"]


def test_a_call_that_lasts_past_midnight_and_a_later_edit_are_let_through(warehouse, conn):
    phrases, statuses = LOADS["genesys_transcripts"], LOADS["mastodon_statuses"]
    past = land(conn, phrases, many(phrases, 3, said_at=NIGHT.end + timedelta(minutes=40)))
    edited = {"edited_at": NIGHT.end + timedelta(days=30)}
    edited["modified_at"] = edited["edited_at"]
    again = land(
        conn, statuses, many(statuses, 3, **edited), extracted_at=NIGHT.end + timedelta(days=31)
    )
    assert check(warehouse, past).is_passed
    assert check(warehouse, again).is_passed


def test_more_quarantined_rows_than_the_suite_allows_hold_the_batch(warehouse, conn):
    fine = check(warehouse, land(conn, ORDERS, many(ORDERS, 95), quarantined=5))
    assert fine.is_passed
    verdict = check(warehouse, land(conn, ORDERS, many(ORDERS, 94), quarantined=6))
    assert blocking(verdict) == ["quarantined_share"]
    nothing_left = check(warehouse, land(conn, ORDERS, [], quarantined=3))
    assert blocking(nothing_left) == ["quarantined_share"]


def test_fields_that_no_contract_names_are_reported(warehouse, conn):
    verdict = check(warehouse, land(conn, ORDERS, many(ORDERS, 2), extra_fields=["Region__c"]))
    assert verdict.is_passed
    assert "Region__c" in str(verdict)


def test_an_older_attempt_is_refused_and_writes_nothing(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 2), run_id="tonight")
    newer = land(conn, ORDERS, many(ORDERS, 2), run_id="tonight")
    stale = Batch(newer.batch_id, batch.load, batch.window, batch.run_id, batch.attempt)
    with pytest.raises(SupersededError):
        check(warehouse, stale)
    assert count(conn, "ops.gate_results") == 0
    assert status(conn, newer) == "landed"


def test_a_held_batch_can_be_released_and_only_a_held_one(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 2, amount=Decimal(-5)))
    check(warehouse, batch)
    release_batch(conn, batch, "a refund, agreed with sales")
    assert status(conn, batch) == "passed"
    assert count(conn, "landing.salesforce_orders") == 2
    assert count(conn, "held.salesforce_orders") == 0
    with pytest.raises(GateError, match="not held"):
        release_batch(conn, batch, "again")


def test_the_ledger_lists_what_a_gate_let_through(warehouse, conn):
    batch = land(conn, ORDERS, many(ORDERS, 2))
    check(warehouse, batch)
    assert ledger.batches(conn, batch.run_id, [ORDERS.name], "passed") == [batch]


def test_no_value_of_a_row_and_no_secret_leaves_a_gate(
    warehouse, conn, tmp_path, caplog, capfd, recwarn
):
    caplog.set_level(logging.DEBUG)
    rows = [good(CONTACTS, email=CANARY, phone=CANARY, acquisition_cost=Decimal(-7391))] * 2
    rows += [good(CONTACTS, email=f"{CANARY}!", master_contact_id="003A")]
    verdicts = [check(warehouse, land(conn, CONTACTS, rows))]
    folder = suite_file(
        tmp_path,
        "salesforce_contacts",
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "email"}},
        {"type": "expect_column_max_to_be_between", "kwargs": {"column": "email", "max_value": ""}},
        {
            "type": "unexpected_rows_expectation",
            "meta": {"rule": "casts"},
            "kwargs": {"unexpected_rows_query": "select email::int from {batch}"},
        },
    )
    verdicts.append(check(warehouse, land(conn, CONTACTS, rows), folder))
    assert [verdict.status for verdict in verdicts] == ["held", "held"]
    said = "".join(f"{one}{one!r}{one.summary()}" for one in verdicts) + caplog.text
    said += "".join(capfd.readouterr()) + "".join(str(w.message) for w in recwarn)
    said += str(conn.execute("select * from ops.gate_results").fetchall())
    said += str(conn.execute("select * from ops.loads").fetchall())
    password = psycopg.conninfo.conninfo_to_dict(warehouse.dsn("loader"))["password"]
    for secret in (CANARY, "7391", str(password)):
        assert secret not in said


def test_an_exception_that_quotes_a_row_is_reported_by_its_kind_only(
    warehouse, conn, monkeypatch, caplog
):
    def run(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("kindred.gates.gx_runner._run", run)
    verdict = check(warehouse, land(conn, ORDERS, many(ORDERS, 2)))
    assert blocking(verdict) == ["great_expectations: ValueError"]
    assert CANARY not in f"{verdict}{verdict!r}{caplog.text}"


def test_an_unreachable_warehouse_holds_without_naming_the_password(monkeypatch):
    suite = Suite("orders", {"expectations": [NOT_NULL | {"notes": "."}]}, 0.05, timedelta(), False)
    dsn = "postgresql://kindred_loader:s3cret@127.0.0.1:9/warehouse?connect_timeout=1"
    with SuiteRunner(dsn) as runner:
        (finding,) = runner.run(suite, "select 1 as order_id", 1)
    assert finding.is_blocking
    assert "s3cret" not in repr(finding)
    with pytest.raises(KeyError):
        monkeypatch.delenv(settings.GATE_DSN.name)
