"""The command line's own thinking: nights, progress, the page of findings, errors."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from kindred.cli import airflow_runs, app, night_progress
from kindred.cli import night as nights
from kindred.cli.airflow_runs import Task
from kindred.cli.business_days import Night
from kindred.cli.formatting import interval
from kindred.cli.night import LastNight
from kindred.cli.night_progress import BatchRow, RunSnapshot
from kindred.embedded import airflow_settings, vendor_connections
from kindred.embedded.airflow_api import AirflowRefusal, AirflowUnreachable, call
from kindred.embedded.home import Home
from kindred.embedded.postgres import Postgres
from kindred.embedded.sandbox import SandboxSettings, calendar
from kindred.errors import KindredError, SetupError

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def scratch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KINDRED_TIME_ZONE", raising=False)
    return tmp_path / "home"


def test_help_names_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"]).stdout

    commands = ["up", "run", "down", "status", "dsn", "doctor"]
    commands += ["backfill", "release", "score", "migrate", "dbt", "airflow"]
    assert [name for name in commands if f" {name} " not in told] == []


def test_the_command_line_starts_without_heavy_imports() -> None:
    program = (
        "import sys, kindred.cli;"
        "heavy = {'airflow', 'dbt', 'great_expectations', 'numpy', 'pandas', 'psycopg', 'aiohttp'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ran.stdout == "[]\n"


def test_an_address_is_refused_in_one_sentence_before_there_is_a_warehouse() -> None:
    told = CliRunner().invoke(app, ["dsn"])

    assert told.exit_code == 2
    assert told.stderr == "kindred: there is no warehouse yet: `kindred up` creates it\n"


def test_a_broken_connection_string_is_never_printed() -> None:
    told = CliRunner().invoke(app, ["migrate", "--admin-dsn", "postgresql://u:s3cret@h:x y/z?"])

    assert told.exit_code == 2
    assert "connection string cannot be read" in told.stderr
    assert "s3cret" not in told.output


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(SetupError, match=r"no scenario 'nowhere'; there are: .*retailer"):
        calendar(SandboxSettings(scenario="nowhere"))


def test_the_retailers_history_ends_when_its_months_are_over() -> None:
    found = calendar(SandboxSettings(scenario="retailer"))

    assert (found.starts, found.history_end) == (
        date(2024, 11, 1),
        datetime(2026, 11, 1, tzinfo=UTC),
    )


def test_a_night_is_the_business_day_before_a_midnight() -> None:
    night = Night.ending(date(2026, 11, 1))

    assert (night.start, night.end, night.run_id) == (
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
        "night__2026-10-31",
    )


def test_a_night_is_an_hour_longer_when_clocks_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "Europe/Berlin")

    night = Night.ending(date(2026, 10, 26))

    assert (night.end - night.start).total_seconds() == 25 * 3600
    assert night.last_day == date(2026, 10, 25)


def task(state: str, name: str = "land", attempt: int = 1) -> Task:
    return Task("ingest_crm", "night__2026-10-31", name, state, 1.5, attempt)


def batch(status: str, load: str = "salesforce_contacts") -> BatchRow:
    return BatchRow(load, status, 5012, 3, 5009 if status == "published" else None, None)


def test_a_picture_knows_what_failed_and_what_was_not_published() -> None:
    snapshot = RunSnapshot(
        tasks=[task("success"), task("failed", "gate"), task("skipped", "publish")],
        batches=[batch("published"), batch("held", "salesforce_orders")],
    )

    assert [each.name for each in snapshot.failed] == ["gate"]
    assert [each.load for each in snapshot.unpublished] == ["salesforce_orders"]


def test_a_report_is_no_cause_where_another_task_of_its_run_has_failed() -> None:
    both = RunSnapshot(tasks=[task("failed", "gate"), task("failed", "report")])
    alone = RunSnapshot(tasks=[task("success", "gate"), task("failed", "report")])

    assert [each.name for each in both.causes] == ["gate"]
    assert [each.name for each in alone.causes] == ["report"]


def test_plain_lines_say_each_task_and_each_load_once() -> None:
    console = Console(file=io.StringIO(), width=200)
    lines = night_progress.LinePrinter(console)
    running = RunSnapshot(tasks=[task("running")], batches=[batch("landing")])
    ended = RunSnapshot(tasks=[task("success")], batches=[batch("published")])

    for snapshot in (running, running, ended, ended):
        lines.update(snapshot)

    said = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [" ".join(line.split()) for line in said] == [
        "ingest_crm.land success 1.5 s",
        "salesforce_contacts published landed 5,012, quarantined 3, published 5,009",
    ]


def test_a_task_that_failed_again_is_said_again() -> None:
    console = Console(file=io.StringIO(), width=200)
    lines = night_progress.LinePrinter(console)

    for attempt in (1, 2):
        lines.update(RunSnapshot(tasks=[task("up_for_retry", attempt=attempt)]))

    assert console.file.getvalue().count("up_for_retry") == 2  # type: ignore[attr-defined]


def test_the_live_table_shows_tasks_and_loads() -> None:
    console = Console(file=io.StringIO(), width=120)

    console.print(
        night_progress.table(RunSnapshot(tasks=[task("running")], batches=[batch("held")]))
    )

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "ingest_crm.land" in shown
    assert "held" in shown
    assert "5,012" in shown


SHARE = {
    "share": Decimal("0.2612"),
    "share_low": Decimal("0.2501"),
    "share_high": Decimal("0.2727"),
}


def test_a_share_stands_with_its_interval() -> None:
    assert interval(SHARE, "share") == "26.1 % (25.0-27.3)"


def test_an_interval_below_zero_reads_without_a_second_minus() -> None:
    row = {"nps": Decimal(-9), "nps_low": Decimal(-12), "nps_high": Decimal(-5)}

    assert interval(row, "nps", scale=1, digits=0) == "-9 (-12 to -5)"


def test_a_group_too_small_to_read_says_so() -> None:
    assert interval(SHARE, "share", is_suppressed=True) == "too few"


def test_a_figure_that_is_not_known_is_a_dash() -> None:
    assert interval({"nps": None}, "nps") == "-"


class Told:
    """Airflow's REST API with the connections it was given, noting what is changed."""

    def __init__(self, **found: dict[str, Any]) -> None:
        self.found = found
        self.changes: list[tuple[str, str]] = []

    def find(self, path: str) -> dict[str, Any] | None:
        return self.found.get(path.rsplit("/", 1)[1])

    def post(self, path: str, body: dict[str, Any]) -> None:
        self.changes.append(("post", f"{path}/{body['connection_id']}"))

    def patch(self, path: str, body: dict[str, Any]) -> None:
        assert path.endswith(body["connection_id"])
        self.changes.append(("patch", path))

    def delete(self, path: str) -> None:
        self.changes.append(("delete", path))


WANTED = {
    vendor: {"host": "http://127.0.0.1", "extra": None}
    for vendor in ("salesforce", "genesys", "mastodon")
}


def test_a_connection_of_a_persons_own_is_never_touched() -> None:
    airflow = Told(
        salesforce={"description": "ours, do not touch"}, genesys={"description": "sandbox"}
    )

    vendor_connections.sync_connections(airflow, WANTED)  # type: ignore[arg-type]

    assert airflow.changes == [
        ("patch", "/connections/genesys"),
        ("post", "/connections/mastodon"),
    ]


def test_without_a_sandbox_only_its_own_connections_go() -> None:
    airflow = Told(salesforce={"description": "sandbox"}, genesys={"description": None})

    vendor_connections.sync_connections(airflow, {})  # type: ignore[arg-type]

    assert airflow.changes == [("delete", "/connections/salesforce")]


class Nights:
    """Airflow's REST API in which a refresh follows the ingest, told step by step."""

    def __init__(self) -> None:
        self.step = 0

    def find(self, _: str) -> dict[str, Any] | None:
        return {"queued_events": [{}]} if self.step == 2 else None

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("/taskInstances/list"):
            return {"task_instances": []}
        if body["dag_ids"] == ["refresh_marts"]:
            state = "running" if self.step == 3 else "success"
            run = {"dag_run_id": "new", "state": state, "run_after": "2999-01-01T00:00:00Z"}
            old = {"dag_run_id": "old", "state": "failed", "run_after": "2020-01-01T00:00:00Z"}
            return {"dag_runs": [run, old] if self.step >= 3 else [old]}
        self.step += 1
        state = "running" if self.step == 1 else "success"
        return {"dag_runs": [{"dag_id": "ingest_crm", "dag_run_id": "n", "state": state}]}


def test_a_night_ends_only_after_the_refresh_it_caused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_runs, "POLL_SECONDS", 0)

    snapshots = list(night_progress.run_snapshots(Nights(), ["ingest_crm"], BEGAN, BEGAN))  # type: ignore[arg-type]

    refreshes = [snapshot.runs.get(("refresh_marts", "new")) for snapshot in snapshots]
    assert refreshes == [None, None, "running", "success"]


def test_a_refresh_of_an_earlier_night_is_not_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_runs, "POLL_SECONDS", 0)

    snapshots = list(night_progress.run_snapshots(Nights(), ["ingest_crm"], BEGAN, BEGAN))  # type: ignore[arg-type]

    assert ("refresh_marts", "old") not in snapshots[-1].runs


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_SALESFORCE", "https://login:key@example.org")
    monkeypatch.setenv("http_proxy", "http://proxy.example.org")
    home = Home.open()
    return airflow_settings.airflow_environment(home, Postgres(home), 8099)


def test_airflow_listens_on_loopback_and_sends_nothing_home(environment: dict[str, str]) -> None:
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__PORT"] == "8099"
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"


def test_settings_of_another_airflow_are_left_out_and_connections_pass(
    environment: dict[str, str],
) -> None:
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert environment["AIRFLOW_CONN_SALESFORCE"] == "https://login:key@example.org"


def test_our_own_addresses_are_not_asked_of_a_proxy(environment: dict[str, str]) -> None:
    assert "127.0.0.1" in environment["NO_PROXY"].split(",")


def test_an_error_answer_names_method_path_and_status_only() -> None:
    assert str(AirflowRefusal(409, "POST", "/api/v2/x", "")) == "POST /api/v2/x: HTTP 409"


def test_a_server_that_dies_in_mid_answer_is_silent() -> None:
    def die(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as aside:
        aside.submit(die, server)
        with pytest.raises(AirflowUnreachable, match="GET /health: IncompleteRead"):
            call("GET", f"http://127.0.0.1:{server.getsockname()[1]}/health")


def test_nights_follow_the_calendar_when_the_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "America/New_York")
    monkeypatch.setattr(nights.vendor_connections, "connection_origins", lambda _: {})
    services: Any = SimpleNamespace(
        sandbox=SimpleNamespace(choice=SimpleNamespace(is_on=True)),
        airflow=None,
        postgres=SimpleNamespace(dsn=lambda _: ""),
    )
    end = Night.ending(date(2026, 11, 1)).end
    days = []
    for _ in range(3):
        last = LastNight(end, is_complete=True)
        monkeypatch.setattr(nights, "last_night", lambda *_, found=last: found)
        night = nights.next_night(services, None)
        assert night.start == end
        days.append(night.last_day.isoformat())
        end = night.end
    assert days == ["2026-11-01", "2026-11-02", "2026-11-03"]


def test_a_night_that_is_not_over_is_refused_with_the_last_that_is() -> None:
    services: Any = SimpleNamespace(sandbox=SimpleNamespace(choice=SimpleNamespace(is_on=False)))
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    for day in (today + timedelta(days=1), today + timedelta(days=400)):
        with pytest.raises(KindredError, match=f"{day} is not over.*--through {yesterday}"):
            nights.next_night(services, day)
    assert nights.next_night(services, yesterday) == nights.next_night(services, None)
