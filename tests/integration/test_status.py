"""What is held is named with the rule, why the rule exists, and no value."""

from dataclasses import asdict

import psycopg
import pytest

from kindred.cli import ledger, status


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
    (stuck,) = ledger.held(warehouse.dsn("admin"))
    assert (stuck["name"], stuck["batch_id"]) == ("salesforce_orders", 1)
    assert [(rule["rule"], rule["rows_failed"]) for rule in stuck["rules"]] == [
        ("amount_is_not_negative", 3)
    ]


def test_rules_that_failed_in_an_earlier_attempt_are_not_shown(warehouse):
    write(warehouse, BATCH)
    write(warehouse, BUILD.format("held"))
    for key, suite in (("batch_id", "salesforce_orders"), ("build_id", "mart_recovery")):
        write(warehouse, RESULT.format(key=key, suite=suite, severity="critical"))
        mended = RESULT.format(key=key, suite=suite, severity="critical")
        write(warehouse, mended.replace("false", "true"))
    write(warehouse, RESULT.format(key="build_id", suite="mart_freshness", severity="critical"))
    build, batch = ledger.held(warehouse.dsn("admin"))
    assert batch["rules"] == []
    assert [rule["suite"] for rule in build["rules"]] == ["mart_freshness"]


def test_a_model_that_is_to_take_over_is_shown_with_what_it_has_to_read(warehouse):
    dsn = warehouse.dsn("admin")
    assert ledger.text_models(dsn) is None
    models = "insert into scored.models (model_version, activated_at, texts_left, read_at) values"
    write(warehouse, f"{models} ('old-1', now(), 0, now() - interval '1 day')")
    assert ledger.text_models(dsn) == ledger.TextModels("old-1", None, 0, 0)
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
    models = ledger.text_models(dsn)
    assert models == ledger.TextModels("old-1", "new-1", 70, 18)
    said = status.text_models(asdict(models))
    assert said == (
        "scored by old-1; new-1 takes over when it has read 70 more, 18 new texts wait for it"
    )


def test_held_marts_are_shown_until_a_later_build_replaces_them(warehouse):
    write(warehouse, BUILD.format("held"))
    write(warehouse, RESULT.format(key="build_id", suite="mart_freshness", severity="critical"))
    (stuck,) = ledger.held(warehouse.dsn("admin"))
    assert (stuck["name"], stuck["build_id"]) == ("marts", 1)
    assert stuck["rules"][0]["suite"] == "mart_freshness"
    write(warehouse, BUILD.format("published"))
    assert ledger.held(warehouse.dsn("admin")) == []


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 not given by the vendor, asked for again the next night: c0"),
        (7, "7 not given by the vendor, asked for again the next night: c0, c1, c2, c3, c4, …"),
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
        found = [asdict(entry) for entry in ledger.unanswered(warehouse.dsn("admin"))]
        assert [status.unanswered(entry) for entry in found] == (
            [f"genesys_transcripts: {said}"] if ids else []
        ), "nothing is said any more once the next night has them"
