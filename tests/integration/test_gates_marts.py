"""The gate of marts: it passes a build to the publisher, or holds it and readers keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from kindred.errors import GateError, SupersededError
from kindred.gates import check_marts
from tests.integration.suite_files import NOT_NULL, blocking, suite_file


@pytest.fixture
def build(warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.dsn("transformer"), autocommit=True) as opened:
        opened.execute("insert into ops.builds (run_id, status) values ('r', 'built')")
        opened.execute(
            "create table build.orders as"
            " select n as line, 'o-' || n as order_id from generate_series(1, 9) n"
        )
        opened.execute("alter table build.orders add primary key (line)")
        yield opened


def marts(warehouse, names, folder):
    return check_marts(warehouse.dsn("transformer"), 1, names, folder)


def standing(build) -> tuple[str, str]:
    return build.execute("select status, message from ops.builds where build_id = 1").fetchone()


def can_publisher_read(build) -> bool:
    return build.execute(
        "select has_table_privilege('kindred_publisher', 'build.orders', 'select')"
    ).fetchone()[0]


def test_a_build_whose_marts_pass_is_passed_and_handed_to_the_publisher(warehouse, build, tmp_path):
    folder = suite_file(tmp_path, "mart_orders", NOT_NULL)
    assert [one.status for one in marts(warehouse, None, folder)] == ["passed"]
    assert standing(build) == ("passed", None)
    assert can_publisher_read(build)
    assert build.execute("select rule, suite, build_id from ops.gate_results").fetchall() == [
        ("key_is_unique", "mart_orders", 1),
        ("expect_column_values_to_not_be_null(order_id)", "mart_orders", 1),
    ]


def test_a_failing_mart_holds_the_build_and_says_what_readers_keep(warehouse, build, tmp_path):
    build.execute(
        "insert into ops.builds (run_id, status, published_at, data_through) values"
        " ('y', 'published', '2026-02-28 03:00Z', '2026-02-28Z')"
    )
    build.execute("insert into build.orders values (10, null)")
    (verdict,) = marts(warehouse, ["orders"], suite_file(tmp_path, "mart_orders", NOT_NULL))
    assert [(f.rows_failed, f.rows_checked) for f in verdict.blocking] == [(1, 10)]
    status, message = standing(build)
    assert status == "held"
    assert not can_publisher_read(build)
    assert "Readers keep the marts published 2026-02-28 03:00 UTC" in message


@pytest.mark.parametrize(
    ("statement", "rule"),
    [("drop table build.orders", "mart_is_built"), ("delete from build.orders", "mart_has_rows")],
)
def test_a_missing_or_empty_mart_holds_the_build(warehouse, build, tmp_path, statement, rule):
    build.execute(statement)
    (verdict,) = marts(warehouse, ["orders"], suite_file(tmp_path, "mart_orders", NOT_NULL))
    assert blocking(verdict) == [rule]
    assert standing(build)[0] == "held"


def test_a_mart_whose_key_the_database_does_not_keep_holds_the_build(warehouse, build, tmp_path):
    build.execute("alter table build.orders drop constraint orders_pkey")
    (verdict,) = marts(warehouse, ["orders"], suite_file(tmp_path, "mart_orders", NOT_NULL))
    assert blocking(verdict) == ["key_is_unique"]
    assert "dbt_project/marts/orders.yml" in str(verdict)
    assert standing(build)[0] == "held"


def test_a_mart_that_was_built_without_a_suite_holds_the_build(warehouse, build, tmp_path):
    build.execute(
        """update ops.builds set models = '[
        {"name": "returns", "kind": "model", "folder": "marts"},
        {"name": "contacts", "kind": "model", "folder": "entities"},
        {"name": "tiers", "kind": "seed", "folder": "seeds"}]'"""
    )
    folder = suite_file(tmp_path, "mart_orders", NOT_NULL)
    found = {one.suite: one.status for one in marts(warehouse, None, folder)}
    assert found == {"mart_orders": "passed", "mart_returns": "held"}


def test_a_gate_over_no_marts_is_refused(warehouse, build, tmp_path):
    with pytest.raises(GateError, match="no marts"):
        marts(warehouse, [], tmp_path)
    with pytest.raises(GateError, match="no marts"):
        marts(warehouse, None, tmp_path)
    assert standing(build)[0] == "built"


def test_a_build_that_is_not_waiting_is_refused(warehouse, build, tmp_path):
    build.execute("update ops.builds set status = 'published'")
    with pytest.raises(SupersededError):
        marts(warehouse, ["orders"], suite_file(tmp_path, "mart_orders", NOT_NULL))
