"""A story of nights on one machine, in order: each test goes on where the one before it ended."""

from __future__ import annotations

import json
import os
import re
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from harness.machine import TIMEOUT_SECONDS
from kindred.embedded import processes
from kindred.embedded.airflow_api import AirflowRefusal
from kindred.embedded.home import Home
from kindred.publishing.tables import RESTRICTED
from kindred.sources import LOADS, SOURCES
from tests import listening

REPOSITORY = Path(__file__).resolve().parents[2]
# Those that the reader reads.
MARTS = sorted(
    {path.stem for path in (REPOSITORY / "dbt_project" / "marts").glob("*.sql")} - RESTRICTED
)
# A population of 120 is too small for some answers; their suites allow that.
MAY_BE_EMPTY = {
    path.stem.removeprefix("mart_")
    for path in (REPOSITORY / "expectations").glob("mart_*.yml")
    if "may_be_empty: true" in path.read_text()
}


def digests(machine):
    """A hash of every mart, whatever the order of its rows; freshness carries wall-clock times."""
    return {
        mart: machine.rows(
            f'select md5(string_agg(line, chr(10) order by line collate "C")) from'
            f" (select mart::text as line from marts.{mart} as mart) as lines",
            "reader",
        )[0][0]
        for mart in MARTS
        if mart != "freshness"
    }


def test_the_first_night_takes_the_whole_history_and_publishes_every_mart(machine):
    night = machine.kindred("run", "--scenario", "tiny")
    assert night.returncode == 0, night.stdout + night.stderr
    assert "fully connected" in night.stdout
    published = machine.rows("select load from ops.loads where status = 'published'")
    assert sorted(name for (name,) in published) == sorted(LOADS)
    tables = machine.rows(
        "select table_name from information_schema.tables where table_schema = 'marts'", "reader"
    )
    assert sorted(name for (name,) in tables) == MARTS
    for mart in set(MARTS) - MAY_BE_EMPTY:
        assert machine.rows(f"select count(*) from marts.{mart}", "reader")[0][0] > 0, mart


def test_the_reader_sees_the_marts_and_nothing_else(machine):
    visible = machine.rows(
        "select nspname from pg_namespace where has_schema_privilege(oid, 'usage')"
        " and nspname !~ '^(pg_|information_schema)'",
        "reader",
    )
    assert visible == [("marts",)]


def test_no_task_hands_anything_on(machine):
    assert machine.airflow_rows("select count(*) from xcom where key <> 'return_value'") == [(0,)]
    assert machine.airflow_rows("select count(*) from xcom") == [(0,)]


def test_a_night_without_a_day_is_refused_in_sandbox_time(machine):
    with pytest.raises(AirflowRefusal, match="kindred run") as refusal:
        machine.airflow_api.post(
            "/dags/ingest_crm/dagRuns", {"logical_date": "2030-01-01T00:00:00Z"}
        )
    assert refusal.value.status == 400


def test_the_next_night_takes_one_day_and_leaves_what_did_not_change(machine):
    night = machine.kindred("run")
    assert night.returncode == 0, night.stdout + night.stderr
    first = f"batch_id <= {len(LOADS)}"
    ((changed, landed),) = machine.rows(
        f"select sum(rows_published), sum(rows_landed) from ops.loads where not {first}"
    )
    ((total,),) = machine.rows(f"select sum(rows_landed) from ops.loads where {first}")
    assert changed <= landed < total / 4


def test_dbt_and_airflow_run_with_the_homes_settings(machine):
    words = ("ls", "--resource-type", "model", "--select", "true_north", "--output", "name", "-q")
    listed = machine.kindred("dbt", *words)
    assert (listed.returncode, listed.stdout.split()) == (0, ["true_north"]), listed.stderr
    dags = machine.kindred("airflow", "dags", "list", "--output", "plain")
    assert dags.returncode == 0, dags.stderr
    assert "refresh_marts" in dags.stdout
    assert machine.kindred("dbt", "ls", "--select", "no:such").returncode != 0
    assert machine.kindred("airflow", "dags", "details", "no_such_dag").returncode != 0


def test_a_full_refresh_gives_the_bytes_that_are_there(machine):
    before = digests(machine)
    assert machine.refresh(full_refresh=True) == "success"
    ((is_full, status),) = machine.rows(
        "select is_full_refresh, status from ops.builds order by build_id desc limit 1"
    )
    assert (is_full, status) == (True, "published")
    assert digests(machine) == before


def test_a_source_that_is_down_holds_back_only_itself(machine):
    before = dict(machine.rows("select load, through from ops.cursors"))
    machine.sandbox("POST", "faults", path="/genesys", kind="error_500", times=0)
    night = machine.kindred("run")
    assert night.returncode == 1
    assert "genesys_conversations" in night.stderr
    after = dict(machine.rows("select load, through from ops.cursors"))
    assert {load for load in after if after[load] > before[load]} == {
        load for load in after if not load.startswith("genesys")
    }
    fresh = dict(machine.rows("select load, data_through from marts.freshness", "reader"))
    assert fresh["salesforce_orders"] > fresh["genesys_conversations"]


def test_the_night_after_an_outage_takes_the_gap(machine):
    machine.sandbox("DELETE", "faults")
    night = machine.kindred("run")
    assert night.returncode == 0, night.stdout + night.stderr
    through = {moment for (moment,) in machine.rows("select through from ops.cursors")}
    assert len(through) == 1


def loads(source):
    return [load.name for load in SOURCES[source]]


def last_run(machine, dag):
    """The state of the newest run of a DAG, and the assets whose events it sent."""
    ((run_id, state),) = machine.airflow_rows(
        f"select run_id, state from dag_run where dag_id = '{dag}' order by id desc limit 1"
    )
    events = machine.airflow_rows(
        "select asset.name from asset_event join asset on asset.id = asset_event.asset_id"
        f" where source_dag_id = '{dag}' and source_run_id = '{run_id}'"
    )
    return state, {name for (name,) in events}


def test_a_suite_that_fails_keeps_yesterdays_marts_and_the_rest_of_the_night_goes_on(machine):
    before = digests(machine)
    # Two loads that bring rows every night: what is empty holds nothing.
    machine.demand("salesforce_orders", rows=10**9)
    machine.demand("genesys_conversations", rows=10**9)
    machine.demand("mart_true_north", rows=10**9)
    night = machine.kindred("run")
    assert night.returncode == 1
    assert "salesforce_orders" in night.stderr
    newest = "batch_id in (select max(batch_id) from ops.loads group by load)"
    statuses = dict(machine.rows(f"select load, status from ops.loads where {newest}"))
    assert statuses.pop("salesforce_orders") == "held"
    assert statuses.pop("genesys_conversations") == "held"
    assert set(statuses.values()) == {"published"}
    assert digests(machine) == before
    assert last_run(machine, "ingest_crm") == ("failed", set(loads("crm")) - {"salesforce_orders"})
    assert last_run(machine, "ingest_social") == ("success", set(loads("social")))
    shown = machine.kindred("status").stdout
    assert "HELD salesforce_orders" in shown
    assert "HELD marts" in shown
    assert "A rule that nothing passes" in shown


def held_batch(machine, load):
    ((batch_id,),) = machine.rows(
        f"select batch_id from ops.loads where status = 'held' and load = '{load}'"
    )
    return batch_id


def test_a_held_batch_can_be_released(machine):
    machine.restore_suites()
    held = held_batch(machine, "salesforce_orders")
    released = machine.kindred("release", str(held), "--reason", "the rule was wrong")
    assert released.returncode == 0, released.stderr
    ((status, message),) = machine.rows(
        f"select status, message from ops.loads where batch_id = {held}"
    )
    assert (status, message) == ("published", "released: the rule was wrong")
    assert machine.rows("select count(*) from held.salesforce_orders") == [(0,)]


def test_a_held_batch_can_be_replaced(machine):
    held = held_batch(machine, "genesys_conversations")
    replaced = machine.kindred("replace", str(held))
    assert replaced.returncode == 0, replaced.stderr
    statuses = machine.rows(
        "select status from ops.loads where load = 'genesys_conversations'"
        f" and batch_id >= {held} order by batch_id"
    )
    assert statuses == [("superseded",), ("published",)]
    assert machine.rows("select count(*) from held.genesys_conversations") == [(0,)]
    night = machine.kindred("run")
    assert night.returncode == 0, night.stdout + night.stderr
    assert "HELD" not in machine.kindred("status").stdout


def kill(victims):
    for process in victims:
        with suppress(psutil.NoSuchProcess):  # a child can go with its parent
            process.kill()


def test_after_kill_minus_nine_of_everything_the_next_night_runs(machine):
    kill(machine.processes())
    night = machine.kindred("run")
    assert night.returncode == 0, night.stdout + night.stderr


def test_everything_listens_on_loopback_only(machine):
    found = listening.addresses(machine.processes())
    assert len(found) >= len(["postgres", "sandbox", "airflow"])
    assert {address for address, _ in found} == {"127.0.0.1"}


def test_no_secret_and_no_customer_is_in_any_log(machine):
    secrets = json.loads((machine.home / "secrets.json").read_text()).values()
    people = machine.rows("select email, phone from raw.salesforce_contacts")
    words = machine.rows("select verbatim from raw.salesforce_survey_responses")
    forbidden = [*secrets, *(v for row in [*people, *words] for v in row if v)]
    logs = [path for path in (machine.home / "logs").rglob("*") if path.is_file()]
    assert logs
    for log in logs:
        text = log.read_text(errors="replace")
        found = [value for value in forbidden if value in text]
        assert not found, f"{log} holds {len(found)} values it must not"


def under_way(machine):
    """Start a night and return once it is followed: a task of it has ended."""
    night = machine.start("run")
    for line in night.stdout:
        if line.startswith("ingest_"):
            break
    return night


def test_a_scheduler_that_dies_in_mid_night_is_started_again_and_the_night_goes_on(machine):
    night = under_way(machine)
    scheduler = processes.session_process(Home.open(machine.home), "scheduler")
    kill([*scheduler.children(recursive=True), scheduler])
    said, _ = night.communicate(timeout=TIMEOUT_SECONDS)
    assert night.returncode == 0, said
    assert re.search("Crashed, restarting: .*scheduler", said)


def test_a_night_whose_services_somebody_stops_says_so_and_leaves_them_stopped(machine):
    night = under_way(machine)
    assert machine.kindred("down").returncode == 0
    said, _ = night.communicate(timeout=TIMEOUT_SECONDS)
    assert night.returncode == 2, said
    assert "the services were stopped" in said
    assert machine.processes() == []


def test_control_c_in_mid_night_stops_everything(machine):
    night = under_way(machine)
    started = machine.processes()
    assert len(started) > 5
    os.kill(night.pid, signal.SIGINT)
    night.communicate(timeout=120)
    assert night.returncode == 130
    assert processes.wait_exit(started, seconds=10) == []


def test_the_interrupted_night_is_taken_up_again(machine):
    night = machine.kindred("run")
    assert night.returncode == 0, night.stdout + night.stderr


def test_down_leaves_no_process_behind(machine):
    started = machine.processes()
    assert len(started) > 5
    assert machine.kindred("down").returncode == 0
    assert processes.wait_exit(started, seconds=10) == []
    assert machine.processes() == []
