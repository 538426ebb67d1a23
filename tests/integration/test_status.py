"""What is held is named with the rule, why the rule exists, and no value."""

import psycopg

from kindred.cli import ledger


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
    for severity in ("critical", "warning"):
        suite = "salesforce_orders"
        write(warehouse, RESULT.format(key="batch_id", suite=suite, severity=severity))
    (stuck,) = ledger.held(warehouse.dsn("admin"))
    assert (stuck["name"], stuck["batch_id"]) == ("salesforce_orders", 1)
    assert [(rule["rule"], rule["rows_failed"]) for rule in stuck["rules"]] == [
        ("amount_is_not_negative", 3)
    ]


def test_held_marts_are_shown_until_a_later_build_replaces_them(warehouse):
    write(warehouse, BUILD.format("held"))
    write(warehouse, RESULT.format(key="build_id", suite="mart_freshness", severity="critical"))
    (stuck,) = ledger.held(warehouse.dsn("admin"))
    assert (stuck["name"], stuck["build_id"]) == ("marts", 1)
    assert stuck["rules"][0]["suite"] == "mart_freshness"
    write(warehouse, BUILD.format("published"))
    assert ledger.held(warehouse.dsn("admin")) == []
