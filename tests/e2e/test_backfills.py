"""Backfills on one machine: any path gives the bytes that are there, and one build of the marts."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

import psycopg
import pytest

from kindred.sources import LOADS, SOURCES
from tests.e2e.test_nights import MARTS

DAYS = ("--from", "2025-04-08", "--to", "2025-04-09")
START, END = "2025-04-08", "2025-04-10"
CALLS = f"select conversation_id from raw.genesys_conversations where started_at >= '{START}Z'"
# What two days brought: a change in the CRM is found by its stamp, a call by its beginning.
LOSSES = {
    "crm": [
        f"delete from raw.{load} where modified_at >= '{START}Z' and modified_at < '{END}Z'"
        for load in ("salesforce_orders", "salesforce_survey_responses")
    ],
    "call_center": [
        f"delete from raw.{load} where conversation_id in ({CALLS} and started_at < '{END}Z')"
        for load in ("genesys_surveys", "genesys_transcripts", "genesys_conversations")
    ],
}


@dataclass(frozen=True)
class State:
    """What a clean history gives, as hashes."""

    raw: dict[str, str]
    marts: dict[str, str]


def look(machine):
    raw = {
        load: f"(select to_jsonb(kept) - '_batch_id' - '_extracted_at' from raw.{load} as kept)"
        for load in LOADS
    }
    marts = {mart: f"marts.{mart}" for mart in MARTS if mart != "freshness"}  # wall-clock times
    return State(_digests(machine, "admin", raw), _digests(machine, "reader", marts))


def _digests(machine, role, tables):
    with psycopg.connect(machine.dsn(role)) as conn:
        return {name: _digest(conn, rows) for name, rows in tables.items()}


def _digest(conn, rows):
    """A hash of the rows, whatever their order."""
    query = (
        'select md5(string_agg(line, chr(10) order by line collate "C"))'
        f" from (select found::text as line from {rows} as found) as lines"
    )
    return conn.execute(query).fetchone()[0]


def lose(machine, source):
    """Delete what the days brought."""
    with psycopg.connect(machine.dsn()) as conn:
        assert sum(conn.execute(statement).rowcount for statement in LOSSES[source]) > 0


def builds(machine):
    ((number,),) = machine.rows("select count(*) from ops.builds where status = 'published'")
    return number


def asked(machine):
    """The backfills that Airflow has seen."""
    return machine.airflow_rows("select count(*) from backfill")[0][0]


@pytest.fixture(scope="module")
def clean(machine):
    night = machine.kindred("run", "--scenario", "tiny")
    assert night.returncode == 0, night.stdout + night.stderr
    return look(machine)


def test_a_dry_run_says_the_plan_and_starts_nothing(machine, clean):
    plan = machine.kindred("backfill", *DAYS, "--dry-run")
    assert plan.returncode == 0, plan.stdout + plan.stderr
    assert "2 days" in plan.stdout
    assert "6 runs of 4 tasks" in plan.stdout
    assert "recycle bin" in plan.stdout
    assert all(load in plan.stdout for load in LOADS)
    assert asked(machine) == 0
    assert machine.rows("select count(*) from ops.loads where is_backfill") == [(0,)]
    assert look(machine) == clean


@pytest.mark.usefixtures("clean")
def test_days_that_nobody_can_bring_are_refused_with_those_that_work(machine):
    ahead = machine.kindred("backfill", "--from", "2025-04-30", "--to", "2025-05-02")
    assert ahead.returncode == 2
    assert "Use --to 2025-04-30" in ahead.stderr
    salesforce = machine.connection("salesforce")
    own = {"description": "a person's own", "extra": '{"reach_days": 21}'}
    machine.airflow_api.patch("/connections/salesforce", salesforce | own)
    beyond = machine.kindred("backfill", *DAYS)
    machine.airflow_api.patch("/connections/salesforce", salesforce)
    assert beyond.returncode == 2
    assert "salesforce reaches 21 days back, to 2025-04-10" in beyond.stderr
    assert asked(machine) == 0


def test_a_backfill_that_was_left_is_followed_and_changes_nothing(machine, clean):
    before = builds(machine), machine.rows("select * from ops.cursors order by load")
    left = machine.start("backfill", *DAYS)
    for line in left.stdout:
        if "refresh of the marts" in line:
            break
    deadline = time.monotonic() + 60
    while asked(machine) < len(SOURCES):
        assert time.monotonic() < deadline
    os.kill(left.pid, signal.SIGINT)
    said, _ = left.communicate(timeout=60)
    assert left.returncode == 130
    assert "kindred backfill --from 2025-04-08 --to 2025-04-09" in said

    followed = machine.kindred("backfill", *DAYS)

    assert followed.returncode == 0, followed.stdout + followed.stderr
    assert "in progress since" in followed.stdout
    assert "the marts are as they were" in followed.stdout
    assert asked(machine) == len(SOURCES)
    windows = machine.rows(
        "select load, array_agg(distinct window_start::date::text order by window_start::date::text"
        " ), bool_and(window_end - window_start = interval '1 day'), bool_and(status = 'published')"
        " from ops.loads where is_backfill group by load"
    )
    assert sorted(windows) == sorted(
        (load, ["2025-04-08", "2025-04-09"], True, True) for load in LOADS
    )
    assert before == (builds(machine), machine.rows("select * from ops.cursors order by load"))
    assert look(machine) == clean


def test_lost_days_come_back_with_one_build(machine, clean):
    lose(machine, "crm")
    assert machine.refresh(full_refresh=True) == "success"
    assert look(machine).marts != clean.marts
    before = builds(machine)

    back = machine.kindred("backfill", *DAYS, "--source", "crm")

    assert back.returncode == 0, back.stdout + back.stderr
    assert "rebuilt once" in back.stdout
    assert builds(machine) == before + 1
    assert look(machine) == clean


def test_a_load_that_did_not_come_is_asked_for_again(machine, clean):
    lose(machine, "call_center")
    path = "/genesys/api/v2/speechandtextanalytics"
    # Refused for good: asking again is of no use, so no attempt is waited for.
    machine.sandbox("POST", "faults", path=path, kind="unauthorized", times=0)

    failed = machine.kindred("backfill", *DAYS, "--source", "call_center", "--at-once", "1")

    assert failed.returncode == 1
    assert "FAILED  genesys_transcripts, 2 days" in failed.stderr
    again = "kindred backfill --from 2025-04-08 --to 2025-04-09 --source call_center --only-failed"
    assert again in failed.stderr
    # The other loads are published, and the run is red all the same.
    states = machine.airflow_rows(
        "select distinct state from dag_run"
        " where dag_id = 'ingest_call_center' and run_type = 'backfill'"
    )
    assert states == [("failed",)]
    machine.sandbox("DELETE", "faults")
    before = builds(machine)

    back = machine.kindred(*again.split()[1:])

    assert back.returncode == 0, back.stdout + back.stderr
    assert builds(machine) == before + 1
    assert look(machine) == clean


def test_a_backfill_of_airflows_own_ends_with_the_same_bytes(machine, clean):
    lose(machine, "crm")
    before = builds(machine), asked(machine)
    created = machine.airflow_command(
        *("backfill", "create", "--dag-id", "ingest_crm", "--from-date", START),
        *("--to-date", "2025-04-09", "--reprocess-behavior", "completed", "--max-active-runs", "1"),
    )
    assert created.returncode == 0, created.stdout + created.stderr

    # It can be followed as one that was asked for here.
    followed = machine.kindred("backfill", *DAYS, "--source", "crm")

    assert followed.returncode == 0, followed.stdout + followed.stderr
    assert (builds(machine), asked(machine)) == (before[0] + 1, before[1] + 1)
    assert look(machine) == clean
