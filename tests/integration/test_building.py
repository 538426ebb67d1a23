"""A build claims what no published build has covered, and never quotes a row."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest
import yaml
from landed import good, land

from kindred import building
from kindred.building.change_claims import hold_attempt
from kindred.errors import BuildError, SupersededError
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from kindred.warehouse.connections import connect

CONTACTS = LOADS["salesforce_contacts"]
PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture
def transformer(warehouse):
    with connect(warehouse.dsn("transformer")) as conn:
        yield conn


@pytest.fixture
def published(warehouse):
    """A contact in raw, and so a change that waits for a build."""

    def publish(**changes):
        with connect(warehouse.dsn("loader")) as conn:
            batch = land(conn, CONTACTS, [good(CONTACTS, **changes)], status="passed")
            publish_batches(conn, [batch], LOADS)

    publish()
    return publish


def settle(transformer, claimed):
    """Settle the scores of a build as its score task would."""
    transformer.execute(
        "update ops.builds set text_model_version = 'a-1' where build_id = %s", [claimed.build_id]
    )
    return claimed


def end(warehouse, build_id, status):
    """End a build as gate and publication would."""
    with connect(warehouse.dsn("admin")) as conn:
        conn.execute("update ops.builds set status = %s where build_id = %s", [status, build_id])
        if status == "published":
            conn.execute("delete from ops.changes where build_id = %s", [build_id])


def test_an_empty_warehouse_has_nothing_to_build(transformer):
    assert building.claim(transformer, "run-1") is None


@pytest.mark.usefixtures("published")
def test_the_first_build_is_a_full_refresh_of_every_change(transformer):
    claimed = building.claim(transformer, "run-1")
    assert claimed.is_full_refresh
    assert claimed.changes == 1


@pytest.mark.usefixtures("published")
def test_after_a_publication_there_is_nothing_to_do(transformer, warehouse):
    end(warehouse, building.claim(transformer, "run-1").build_id, "published")
    assert building.claim(transformer, "run-2") is None


def test_a_later_change_is_built_without_a_full_refresh(transformer, published, warehouse):
    end(warehouse, building.claim(transformer, "run-1").build_id, "published")
    published(contact_id="003B")
    claimed = building.claim(transformer, "run-2")
    assert (claimed.changes, claimed.is_full_refresh) == (1, False)


def test_what_an_unpublished_build_claimed_is_claimed_again(transformer, published, warehouse):
    end(warehouse, building.claim(transformer, "run-1").build_id, "published")
    published(contact_id="003B")
    end(warehouse, building.claim(transformer, "run-2").build_id, "held")
    published(contact_id="003C")
    assert building.claim(transformer, "run-3").changes == 2


@pytest.mark.usefixtures("published")
def test_a_build_can_be_run_again_until_a_newer_one_has_its_changes(transformer, warehouse):
    first = settle(transformer, building.claim(transformer, "run-1"))
    assert building.resume(transformer, first.build_id) == first
    end(warehouse, first.build_id, "held")
    second = settle(transformer, building.claim(transformer, "run-2"))
    with pytest.raises(SupersededError, match="newer"):
        building.resume(transformer, first.build_id)
    assert building.resume(transformer, second.build_id) == second


@pytest.mark.usefixtures("published")
def test_only_the_newest_attempt_may_write(transformer):
    claimed = settle(transformer, building.claim(transformer, "run-1"))
    newest = building.resume(transformer, claimed.build_id)
    assert newest.attempt > claimed.attempt
    for attempt, is_refused in ((claimed.attempt, True), (newest.attempt, False), ("", False)):
        transformer.execute("select set_config('kindred.attempt', %s, false)", [str(attempt)])
        with transformer.transaction():
            try:
                hold_attempt(transformer)
            except SupersededError:
                assert is_refused
            else:
                assert not is_refused


@pytest.mark.usefixtures("published")
def test_a_session_that_an_older_attempt_left_in_mid_write_is_ended(transformer, warehouse):
    claimed = settle(transformer, building.claim(transformer, "run-1"))
    with psycopg.connect(warehouse.dsn("transformer")) as orphan:
        orphan.execute("select set_config('kindred.attempt', %s, false)", [str(claimed.attempt)])
        hold_attempt(orphan)
        building.resume(transformer, claimed.build_id)
        with pytest.raises(psycopg.OperationalError):
            orphan.execute("select 1")


@pytest.mark.usefixtures("published")
def test_a_build_whose_texts_are_not_scored_is_not_built(transformer):
    claimed = building.claim(transformer, "run-1")
    with pytest.raises(BuildError, match="clear the score task"):
        building.resume(transformer, claimed.build_id)


@pytest.mark.usefixtures("published")
def test_another_model_is_work_without_a_change(transformer, warehouse):
    end(warehouse, building.claim(transformer, "run-1").build_id, "published")
    assert building.claim(transformer, "run-2") is None
    assert building.claim(transformer, "run-2", is_model_due=True).changes == 0


@pytest.mark.usefixtures("published")
def test_a_build_that_was_replaced_while_it_ran_is_not_gated(transformer, warehouse, tmp_path):
    first = settle(transformer, building.claim(transformer, "run-1"))

    def replace(_: str) -> None:
        with connect(warehouse.dsn("transformer")) as other:
            building.claim(other, "run-2")

    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    shutil.copy(PROJECT / "profiles.yml", project)
    (project / "dbt_project.yml").write_text("{name: whole, profile: kindred, config-version: 2}")
    (project / "models" / "one.sql").write_text("select 1 as n")
    with pytest.raises(SupersededError, match="newer"):
        building.build(transformer, first, project, tmp_path / "target", replace)
    statuses = transformer.execute("select status from ops.builds order by build_id").fetchall()
    assert statuses == [("failed",), ("building",)]


@pytest.mark.usefixtures("published")
def test_marts_of_before_keys_had_a_vendor_are_built_anew(transformer, warehouse):
    end(warehouse, building.claim(transformer, "run-1").build_id, "published")
    transformer.execute("create table build.customer_segments (customer_id text)")
    assert building.claim(transformer, "run-2").is_full_refresh
    transformer.execute("create table build.int_identity_links (customer_id text)")
    end(warehouse, building.claim(transformer, "run-3").build_id, "published")
    assert building.claim(transformer, "run-4") is None


@pytest.mark.usefixtures("published")
def test_a_full_refresh_that_never_got_out_is_still_owed(transformer, warehouse):
    end(warehouse, building.claim(transformer, "run-1").build_id, "published")
    end(warehouse, building.claim(transformer, "run-2", full_refresh=True).build_id, "held")
    assert building.claim(transformer, "run-3").is_full_refresh


@pytest.mark.usefixtures("published")
def test_a_preset_that_is_not_there_is_named_with_those_that_are(
    transformer, tmp_path, monkeypatch
):
    monkeypatch.setenv("KINDRED_PRESET", "retial")
    claimed = building.claim(transformer, "run-1")
    with pytest.raises(BuildError, match="no preset 'retial'; there are: finance, health"):
        building.build(transformer, claimed, PROJECT, tmp_path / "target", [].append)


CANARY = "canary-7f3a"
TWICE = f"select '{CANARY}' as name union all select '{CANARY}'"
NAMED = {
    "name": "broken",
    "constraints": [{"type": "primary_key", "columns": ["name"]}],
    "columns": [{"name": "name", "data_type": "text"}],
}
CONTRACT = {"contract": {"enforced": True}}


def make_project(folder, query, promise):
    """Make a project of dbt with the one model `broken`."""
    project = folder / "project"
    (project / "models").mkdir(parents=True)
    (project / "macros").mkdir()
    shutil.copy(PROJECT / "profiles.yml", project)
    shutil.copy(PROJECT / "macros" / "keys.sql", project / "macros")
    (project / "dbt_project.yml").write_text(
        "{name: kindred, profile: kindred, config-version: 2,"
        " models: {+materialized: table, +post-hook: '{{ add_primary_key() }}'}}"
    )
    (project / "models" / "broken.sql").write_text(query)
    (project / "models" / "broken.yml").write_text(yaml.safe_dump({"models": [promise]}))
    return project


@pytest.mark.parametrize(
    ("query", "promise", "says"),
    [
        (f"select cast('{CANARY}' as integer) as n", {"name": "broken"}, "broken;"),
        (TWICE, NAMED, "broken (rows with the same key);"),
        (TWICE, {**NAMED, "config": CONTRACT}, "broken (rows with the same key);"),
        (
            "select cast(null as text) as name",
            {**NAMED, "columns": []},
            "broken (null in its key);",
        ),
        (
            f"select '{CANARY}' as name, cast(null as integer) as n",
            {
                "name": "broken",
                "config": CONTRACT,
                "columns": [
                    {"name": "name", "data_type": "text"},
                    {"name": "n", "data_type": "integer", "constraints": [{"type": "not_null"}]},
                ],
            },
            "broken (null in n);",
        ),
    ],
)
@pytest.mark.usefixtures("published")
def test_a_failing_model_is_named_and_its_data_never(
    transformer, tmp_path, capfd, query, promise, says
):
    project = make_project(tmp_path, query, promise)
    said = []
    claimed = building.claim(transformer, "run-1")
    before = dict(os.environ)
    with pytest.raises(BuildError) as caught:
        building.build(transformer, claimed, project, tmp_path / "target", said.append)
    assert f"dbt failed in {says}" in str(caught.value)
    assert os.environ == before
    written = [path.read_bytes() for path in tmp_path.rglob("*.log")]
    results = [path.read_bytes() for path in tmp_path.rglob("run_results.json")]
    row = transformer.execute("select status, message, models::text from ops.builds").fetchone()
    printed = capfd.readouterr()
    everything = [str(caught.value), *said, *row, printed.out, printed.err]
    assert row[0] == "failed"
    assert not any(CANARY in text for text in everything)
    assert not any(CANARY.encode() in text for text in [*written, *results])


WIDE = {
    "name": "broken",
    "config": CONTRACT,
    "columns": [
        {"name": "name", "data_type": "text"},
        {"name": "amount", "data_type": "numeric(5, 2)"},
    ],
}
NEVER_NULL = WIDE["columns"][1] | {"constraints": [{"type": "not_null"}]}
PLAIN = {"name": "broken"}


@pytest.mark.parametrize(
    ("query", "promise", "reason"),
    [
        (f"select '{CANARY}' as name, 1 / (1 - n) as amount from generate_series(1, 2) as n",
         PLAIN, "22012 division by zero in column amount;"),
        (f"select '{CANARY}' as name, 10 ^ n as amount from generate_series(1, 400) as n",
         PLAIN, "22003 numeric value out of range in column amount;"),
        # In the type that the contract declares.
        (f"select '{CANARY}' as name, 12345.678 as amount",
         WIDE, "22003 numeric value out of range in column amount;"),
        (f"select 1 as n, cast(name as date) as day from (values ('{CANARY}')) as t (name)",
         PLAIN, "22007 invalid datetime format in column day;"),
        (f"select 1 as n, cast(name as int) as day from (values ('{CANARY}')) as t (name)",
         PLAIN, "22P02 invalid text representation in column day;"),
        ("select 1 as n, make_date(2026, 2, k) as day from generate_series(28, 30) as k",
         PLAIN, "22008 datetime field overflow in column day;"),
        ("select 1 as n, ln(1 - k) as score from generate_series(1, 2) as k",
         PLAIN, "2201E invalid argument for logarithm in column score;"),
        ("select 1 as n, exp(1000.0::float * k) as score from generate_series(1, 2) as k",
         PLAIN, "22003 numeric value out of range in column score;"),
        # No column is to blame for a condition.
        (f"select 1 as n, 2 as m from (values ('{CANARY}')) as t (name) where name::int > 1",
         PLAIN, "22P02 invalid text representation;"),
        (TWICE, NAMED, "23505 unique violation"),
        (f"select '{CANARY}' as name, cast(null as numeric(5, 2)) as amount",
         WIDE | {"columns": [WIDE["columns"][0], NEVER_NULL]},
         "23502 not null violation in column amount"),
        ("select * from build.no_such_table", PLAIN, "42P01 undefined table;"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("published")
def test_a_failing_model_says_what_postgres_refused_and_in_which_column(
    transformer, tmp_path, query, promise, reason
):
    project = make_project(tmp_path, query, promise)
    claimed = building.claim(transformer, "run-1")
    with pytest.raises(BuildError) as caught:
        building.build(transformer, claimed, project, tmp_path / "target", lambda _: None)
    (message,) = transformer.execute("select message from ops.builds").fetchone()
    assert f"broken: {reason}" in f"{message};"
    assert message in str(caught.value)
    assert CANARY not in str(caught.value)
