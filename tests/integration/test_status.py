"""What is held is named with the rule, why the rule exists, and no value."""

import io
from dataclasses import asdict

import psycopg
import pytest
from rich.console import Console

from kindred.cli import attention, held, status, status_ledger


def write(warehouse, statement):
    with psycopg.connect(warehouse.dsn("admin")) as conn:
        conn.execute(statement)


BATCH = (
    "insert into ops.loads (load, run_id, window_start, window_end, attempt, status)"
    " values ('salesforce_orders', 'r', '2026-03-01Z', '2026-03-02Z', 1, 'held')"
)
BUILD = "insert into ops.builds (run_id, status, data_through) values ('r', '{}', '2026-03-02Z')"
RESULT = (
    "insert into ops.gate_results (suite, {key}, rule, severity, is_passed, rows_failed, notes)"
    " values ('{suite}', 1, 'amount_is_not_negative', '{severity}', false, 3, 'Ask the CRM.')"
)


def test_a_held_batch_is_shown_with_the_critical_rules_that_failed(warehouse):
    write(warehouse, BATCH)
    both = (
        RESULT.format(key="batch_id", suite="salesforce_orders", severity=severity)
        for severity in ("critical", "warning")
    )
    write(warehouse, "; ".join(both))
    (stuck,) = held.read(warehouse.dsn("admin"))
    assert (stuck["name"], stuck["batch_id"]) == ("salesforce_orders", 1)
    assert [(rule["rule"], rule["rows_failed"]) for rule in stuck["rules"]] == [
        ("amount_is_not_negative", 3)
    ]


def test_rules_that_failed_in_an_earlier_attempt_are_not_shown(warehouse):
    write(warehouse, BATCH)
    write(warehouse, BUILD.format("held"))
    for key, suite in (("batch_id", "salesforce_orders"), ("build_id", "mart_recovery")):
        write(warehouse, RESULT.format(key=key, suite=suite, severity="critical"))
        repaired = RESULT.format(key=key, suite=suite, severity="critical")
        write(warehouse, repaired.replace("false", "true"))
    write(warehouse, RESULT.format(key="build_id", suite="mart_freshness", severity="critical"))
    build, batch = held.read(warehouse.dsn("admin"))
    assert batch["rules"] == []
    assert [rule["suite"] for rule in build["rules"]] == ["mart_freshness"]


def test_a_model_that_is_to_take_over_is_shown_with_what_it_has_to_read(warehouse):
    dsn = warehouse.dsn("admin")
    assert status_ledger.text_models(dsn) is None
    models = "insert into scored.models (model_version, activated_at, texts_left, read_at) values"
    write(warehouse, f"{models} ('old-1', now(), 0, now() - interval '1 day')")
    assert status_ledger.text_models(dsn) == status_ledger.TextModels("old-1", None, 0, 0)
    write(warehouse, f"{models} ('new-1', null, 70, now())")
    for build, state in enumerate(("published", "published", "failed"), 1):
        write(
            warehouse,
            "insert into ops.builds (run_id, status, text_model_version)"
            f" values ('r', '{state}', 'old-1');"
            "insert into scored.profiles (build_id, load, score, model_version, texts, scored,"
            f" unscored, waiting, bands) select {build}, 'l', unnest(array['valence', 'joy']),"
            " 'new-1', 9, 9, 0, 9, '{}'",
        )
    models = status_ledger.text_models(dsn)
    assert models == status_ledger.TextModels("old-1", "new-1", 70, 18)
    said = status.text_models_line(asdict(models))
    assert said == (
        "scored by old-1; new-1 takes over when it has read 70 more, and 18 new texts wait for it"
    )


def test_held_marts_are_shown_until_a_later_build_replaces_them(warehouse):
    write(warehouse, BUILD.format("held"))
    write(warehouse, RESULT.format(key="build_id", suite="mart_freshness", severity="critical"))
    (stuck,) = held.read(warehouse.dsn("admin"))
    assert (stuck["name"], stuck["build_id"]) == ("marts", 1)
    assert stuck["rules"][0]["suite"] == "mart_freshness"
    write(warehouse, BUILD.format("published"))
    assert held.read(warehouse.dsn("admin")) == []


def shown(warehouse):
    """What a person sees of what is held and failed."""
    console = Console(file=io.StringIO(), width=160)
    failures = [asdict(failure) for failure in attention.failed(warehouse.dsn("admin"))]
    odd = [asdict(one) for one in attention.suspicious(warehouse.dsn("admin"))]
    attention.show(console, failures, odd)
    held.show(console, held.read(warehouse.dsn("admin")))
    return console.file.getvalue()


def test_a_held_batch_is_shown_with_its_commonest_reasons_and_the_commands(warehouse):
    write(warehouse, BATCH)
    write(
        warehouse,
        RESULT.format(key="batch_id", suite="salesforce_orders", severity="critical"),
    )
    for reason, rows in (("a", 1), ("b", 4), ("c", 2), ("d", 3)):
        write(
            warehouse,
            "insert into quarantine.rows (load, batch_id, reason, record) select"
            f" 'salesforce_orders', 1, 'odd - at `$.{reason}`', '{{}}'"
            f" from generate_series(1, {rows})",
        )
    said = shown(warehouse)
    assert "amount_is_not_negative: failed, 3 rows" in said
    reasons = [line.strip() for line in said.splitlines() if "quarantined:" in line]
    assert reasons == [
        f"quarantined: odd - at `$.{name}`, {rows} rows"
        for name, rows in (("b", 4), ("d", 3), ("c", 2))
    ]
    assert 'kindred release 1 --reason "' in said
    assert "kindred replace 1" in said


@pytest.mark.parametrize("what", [BATCH, BUILD.format("held")])
def test_the_query_to_look_with_works_as_it_is_printed(warehouse, what):
    write(warehouse, what)
    key, suite = (
        ("batch_id", "salesforce_orders") if what == BATCH else ("build_id", "scored_texts")
    )
    write(warehouse, "update ops.loads set rows_landed = 3")
    write(warehouse, RESULT.format(key=key, suite=suite, severity="critical"))
    (stuck,) = held.read(warehouse.dsn("admin"))
    (command,) = stuck["look"]
    role = command.split("--role ")[1].split(")")[0]
    with psycopg.connect(warehouse.dsn(role)) as conn:
        conn.execute(command.split('-c "')[1].rstrip('"'))


def test_a_failed_load_and_a_failed_build_are_shown_until_they_are_made_good(warehouse):
    write(warehouse, BATCH.replace("'held'", "'failed'"))
    write(warehouse, BUILD.format("failed"))
    write(warehouse, "update ops.builds set message = 'dbt failed in customer_value'")
    said = shown(warehouse)
    assert "FAILED salesforce_orders, batch 1" in said
    assert "FAILED marts, build 1: dbt failed in customer_value" in said
    write(warehouse, BATCH.replace("'held'", "'published'").replace("'r'", "'s'"))
    write(warehouse, BUILD.format("published"))
    assert shown(warehouse) == ""


def test_odd_nights_are_a_line_a_load_that_says_whether_anybody_asks_again(warehouse):
    def night(load, day, suspicion, confirmed="null"):
        write(
            warehouse,
            "insert into ops.loads (load, run_id, window_start, window_end, attempt, status,"
            f" suspicion, confirmed_at) values ('{load}', 'r{day}', '2026-03-{day:02}Z',"
            f" '2026-03-{day + 1:02}Z', 1, 'published', {suspicion}, {confirmed})",
        )

    for day in (2, 18, 19):
        night("salesforce_orders", day, "'empty'")
    night("salesforce_orders", 20, "null")
    night("salesforce_contacts", 20, "'thin'")
    night("salesforce_referrals", 20, "'empty'", "now()")
    lines = [line for line in shown(warehouse).splitlines() if line]
    assert lines == [
        "THIN salesforce_contacts, 1 night, 2026-03-20 00:00 to 2026-03-21 00:00 UTC:"
        " the next nights extract them again",
        "EMPTY salesforce_orders, 2 nights, 2026-03-18 00:00 to 2026-03-20 00:00 UTC:"
        " the next nights extract them again",
        "EMPTY salesforce_orders, 1 night, 2026-03-02 00:00 to 2026-03-03 00:00 UTC:"
        " no longer extracted again: use `kindred backfill`",
    ]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 not returned by the vendor, requested again the next night: c0"),
        (7, "7 not returned by the vendor, requested again the next night: c0, c1, c2, c3, c4, …"),
    ],
)
def test_what_the_vendor_did_not_give_the_last_night_is_counted_and_named(warehouse, count, said):
    nights = [f"c{number}" for number in range(count)], []
    for day, ids in enumerate(nights, 1):
        write(
            warehouse,
            "insert into ops.loads (load, run_id, window_start, window_end, attempt, status,"
            f" unanswered) values ('genesys_transcripts', '{day}', '2026-03-0{day}Z',"
            f" '2026-03-0{day + 1}Z', 1, 'published', array{ids}::text[])",
        )
        found = [asdict(entry) for entry in status_ledger.unanswered(warehouse.dsn("admin"))]
        assert [status.unanswered_line(entry) for entry in found] == (
            [f"genesys_transcripts: {said}"] if ids else []
        ), "nothing is said any more once the next night has them"
