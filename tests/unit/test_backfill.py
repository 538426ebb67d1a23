"""A backfill's own thinking: days, vendors' reach, what Airflow is asked, in which order."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from kindred.cli import app, night, shell
from kindred.cli.backfill import asking, days, following, ledger, plan, planned, report, shown
from kindred.cli.backfill.days import Days
from kindred.cli.backfill.following import Course, Picture
from kindred.cli.backfill.ledger import Built, Known, Outcome
from kindred.cli.backfill.starting import start
from kindred.cli.following import Task
from kindred.embedded import connections
from kindred.embedded.connections import Reach
from kindred.embedded.rest import AnswerError, SilentError
from kindred.errors import KindredError, SetupError

WEEK = Days(date(2026, 3, 2), date(2026, 3, 8))
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
CREATED = "2026-04-01T12:00:00Z"


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KINDRED_TIME_ZONE", raising=False)
    for vendor in connections.VENDORS:
        monkeypatch.delenv(f"AIRFLOW_CONN_{vendor.upper()}", raising=False)


class FakeAirflow:
    """Airflow's REST API with runs, backfills and connections, noting what is asked of it."""

    base = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.runs: dict[str, dict[datetime, tuple[str, str, str]]] = {}
        self.backfills: dict[str, dict[str, Any]] = {}
        self.extras: dict[str, str | None] = dict.fromkeys(connections.VENDORS)
        self.changes: list[str] = []
        self.refusals = self.silences = 0
        self.events = self.refreshes = 0

    def has_run(self, dag: str, day: date, state: str, kind: str = "manual") -> str:
        run_id = f"night__{day}"
        moment = Days(day, day).start
        self.runs.setdefault(dag, {})[moment] = (run_id, state, kind)
        return run_id

    def has_backfill(self, dag: str, meant: Days, *, is_paused: bool = False) -> None:
        self.backfills[dag] = self._entry(dag, meant.start, meant.last_instant, is_paused)

    def _entry(self, dag: str, start: datetime, end: datetime, is_paused: bool) -> dict[str, Any]:
        return {
            "id": 1,
            "dag_id": dag,
            "from_date": start.isoformat(),
            "to_date": end.isoformat(),
            "created_at": CREATED,
            "completed_at": None,
            "is_paused": is_paused,
        }

    def find(self, path: str, **_: Any) -> dict[str, Any] | None:
        if path.startswith("/connections/"):
            vendor = path.rsplit("/", 1)[1]
            return {"extra": self.extras[vendor]} if vendor in self.extras else None
        assert path == "/dags/refresh_marts/assets/queuedEvents"
        self.events -= 1
        return {"queued_events": [{}]} if self.events >= 0 else None

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        if self.silences:
            self.silences -= 1
            raise SilentError(f"GET {path}: TimeoutError")
        if path == "/backfills":
            found = self.backfills.get(query["dag_id"])
            return {"backfills": [found] if found else []}
        if path.startswith("/backfills/"):
            return {"is_paused": False}
        return self._runs(path.split("/")[2], **query)

    def _runs(self, dag: str, **query: Any) -> dict[str, Any]:
        first, last = (
            datetime.fromisoformat(query.get(f"logical_date_{name}", edge))
            for name, edge in (("gte", "1970-01-01T00:00Z"), ("lte", "2999-01-01T00:00Z"))
        )
        states = query.get("state")
        found = [
            {
                "dag_run_id": run_id,
                "logical_date": moment.isoformat(),
                "state": state,
                "duration": 10.0,
            }
            for moment, (run_id, state, kind) in sorted(self.runs.get(dag, {}).items())
            if first <= moment <= last
            and (not states or state in states)
            and query.get("run_type", kind) == kind
        ]
        offset = query.get("offset", 0)
        page = found[offset : offset + min(query["limit"], 100)]
        return {"dag_runs": page, "total_entries": len(found)}

    def post(self, path: str, body: dict[str, Any], seconds: float = 10) -> dict[str, Any]:
        del seconds
        if path == "/backfills/dry_run":
            return {"backfills": [{"logical_date": m.isoformat()} for m in self._wanted(body)]}
        if path == "/dags/~/dagRuns/list":
            self.refreshes -= 1
            state = "running" if self.refreshes >= 0 else "success"
            run = {"dag_run_id": "r", "state": state, "run_after": "2999-01-01T00:00:00Z"}
            return {"dag_runs": [run]}
        if path == "/dags/~/dagRuns/~/taskInstances/list":
            return {"task_instances": []}
        assert path == "/backfills"
        if self.refusals:
            self.refusals -= 1
            raise AnswerError(409, "POST", path, "There is already a running backfill")
        dag = body["dag_id"]
        self.changes.append(f"ask {dag} {body['reprocess_behavior']} {body['max_active_runs']}")
        for moment in self._wanted(body):
            self.runs.setdefault(dag, {})[moment] = (f"backfill__{moment}", "queued", "backfill")
        edges = (datetime.fromisoformat(body[name]) for name in ("from_date", "to_date"))
        return self._entry(dag, *edges, is_paused=False)

    def _wanted(self, body: dict[str, Any]) -> list[datetime]:
        edges = (datetime.fromisoformat(body[name]) for name in ("from_date", "to_date"))
        there = self.runs.get(body["dag_id"], {})
        again = {"completed": ("success", "failed"), "failed": ("failed",)}
        return [
            each.start
            for each in Days.between(*edges)
            if each.start not in there or there[each.start][1] in again[body["reprocess_behavior"]]
        ]

    def put(self, path: str) -> None:
        self.changes.append(f"put {path}")

    def patch(self, path: str, body: dict[str, Any]) -> None:
        if "state" not in body:
            self.changes.append(f"unpause {path.rsplit('/', 1)[1]}")
            assert body == {"is_paused": False}
            return
        _, _, dag, _, run_id = path.split("/")
        self.changes.append(f"call {run_id} {body['state']}")
        moment = next(m for m, (name, *_) in self.runs[dag].items() if name == run_id)
        self.runs[dag][moment] = (run_id, body["state"], "manual")


@pytest.fixture
def airflow() -> Any:
    return FakeAirflow()


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A ledger in which every load was published for two of the days, and nothing is lost."""
    found: dict[str, Any] = {"has_cursor": True, "lost": set()}
    monkeypatch.setattr(
        ledger,
        "known",
        lambda _, loads, meant: [
            Known(load, len(meant) - 5, found["has_cursor"]) for load in loads
        ],
    )
    monkeypatch.setattr(
        ledger, "runs_with", lambda _dsn, _loads, runs, *_: found["lost"] & set(runs)
    )
    return found


def make(airflow: Any, meant: Days = WEEK, *sources: str, **given: Any) -> plan.Plan:
    given = {"only_failed": False, "at_once": 2} | given
    return plan.make(airflow, "", meant, sources, NOON, **given)


def said(show: Any, *given: Any) -> str:
    console = Console(file=io.StringIO(), width=160)
    show(console, *given)
    told: str = console.file.getvalue()  # type: ignore[attr-defined]
    return told


# Days


def test_both_ends_are_meant() -> None:
    assert len(WEEK) == 7
    assert [each.last_day.day for each in WEEK] == [2, 3, 4, 5, 6, 7, 8]
    assert (WEEK.start, WEEK.end) == (
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 9, tzinfo=UTC),
    )


def test_days_are_the_businesss_when_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "Europe/Berlin")
    spring = Days(date(2026, 3, 28), date(2026, 3, 30))

    hours = [(each.end - each.start) / timedelta(hours=1) for each in spring]

    assert hours == [24, 23, 24]
    assert spring.start == datetime(2026, 3, 27, 23, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_airflows_edges_mean_the_same_days(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", zone)

    assert Days.between(WEEK.start, WEEK.last_instant) == WEEK
    # As the UI gives them: the last day by its beginning.
    assert Days.between(WEEK.start, Days(WEEK.last, WEEK.last).start) == WEEK
    # An edge in the middle of a day leaves that day out at the front.
    assert Days.between(WEEK.start + timedelta(hours=1), WEEK.end) == Days(
        date(2026, 3, 3), date(2026, 3, 9)
    )


def test_days_that_run_backwards_are_refused() -> None:
    with pytest.raises(KindredError, match="--from 2026-03-08 comes after --to 2026-03-02"):
        days.asked(WEEK.last, WEEK.first)


def test_a_day_that_is_not_over_is_refused_with_the_day_that_works() -> None:
    moment = datetime(2026, 3, 8, 23, tzinfo=UTC)

    with pytest.raises(KindredError, match=r"2026-03-08 is not over.*--to 2026-03-07$"):
        days.refuse_unfinished(WEEK, moment)
    days.refuse_unfinished(WEEK, moment + timedelta(hours=1))


def test_days_to_come_are_refused_with_the_last_that_is_over() -> None:
    with pytest.raises(KindredError, match="can be asked for is 2026-02-27"):
        days.refuse_unfinished(WEEK, datetime(2026, 2, 28, 12, tzinfo=UTC))


def test_a_day_is_over_when_it_is_where_the_business_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_TIME_ZONE", "America/New_York")

    with pytest.raises(KindredError, match="here it is 2026-03-08 21:00"):
        days.refuse_unfinished(WEEK, datetime(2026, 3, 9, 1, tzinfo=UTC))


def test_in_sandbox_time_nothing_is_asked_for_beyond_its_clock() -> None:
    clock = datetime(2026, 3, 5, tzinfo=UTC)
    services: Any = SimpleNamespace(
        sandbox=SimpleNamespace(choice=SimpleNamespace(is_on=True), clock=lambda: clock)
    )

    assert days.now(services) == clock
    services.sandbox.clock = lambda: datetime(2999, 1, 1, tzinfo=UTC)
    assert days.now(services) < datetime(2999, 1, 1, tzinfo=UTC)


# How far vendors reach


def test_reach_is_read_from_the_connection(airflow: Any) -> None:
    airflow.extras = {"salesforce": '{"reach_days": 365}', "genesys": None}

    found = [connections.reach(airflow, vendor) for vendor in connections.VENDORS]

    assert found == [Reach(days=365), Reach(), Reach(is_connected=False)]


@pytest.mark.parametrize(
    "given",
    [
        '{"conn_type": "http", "extra": {"reach_days": 90}}',
        '{"conn_type": "http", "extra": "{\\"reach_days\\": 90}"}',
        "https://id:s3cret@api.example.org?reach_days=90",
        "https://id:s3cret@api.example.org?__extra__=%7B%22reach_days%22%3A+90%7D",
    ],
)
def test_reach_is_read_from_the_environment(
    given: str, airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_GENESYS", given)
    airflow.extras = {"genesys": '{"reach_days": 1}'}

    assert connections.reach(airflow, "genesys") == Reach(days=90)


@pytest.mark.parametrize("given", ['{"reach_days": "s3cret"}', '{"reach_days": 0}', '["s3cret"]'])
def test_a_reach_that_is_no_number_is_named_and_not_quoted(given: str, airflow: Any) -> None:
    airflow.extras = {"genesys": given}

    with pytest.raises(SetupError, match="connection genesys: reach_days") as refusal:
        connections.reach(airflow, "genesys")
    assert "s3cret" not in str(refusal.value)


def test_days_out_of_reach_are_named_with_the_day_that_works(airflow: Any) -> None:
    airflow.extras["salesforce"] = '{"reach_days": 28}'  # from 2026-03-04 on
    airflow.extras["mastodon"] = '{"reach_days": 365}'

    with pytest.raises(KindredError) as refusal:
        make(airflow)

    assert "salesforce reaches 28 days back, to 2026-03-04" in str(refusal.value)
    assert "2 of the 7 days" in str(refusal.value)
    assert "use --from 2026-03-04" in str(refusal.value)
    assert "mastodon" not in str(refusal.value)
    assert make(airflow, WEEK, "social").runs == 7
    assert make(airflow, Days(date(2026, 3, 4), WEEK.last)).runs == 15


def test_without_a_day_in_reach_there_is_no_from_that_works(airflow: Any) -> None:
    airflow.extras["genesys"] = '{"reach_days": 5}'

    with pytest.raises(KindredError, match=r"7 of the 7 days") as refusal:
        make(airflow)
    assert "--from" not in str(refusal.value)
    assert "--source" in str(refusal.value)


# The plan


def test_a_plan_tells_first_runs_from_those_run_again(airflow: Any) -> None:
    airflow.has_run("ingest_crm", date(2026, 3, 1), "success")
    airflow.has_run("ingest_crm", date(2026, 3, 2), "success")
    airflow.has_run("ingest_crm", date(2026, 3, 3), "failed")
    airflow.has_run("ingest_crm", date(2026, 3, 8), "running", "scheduled")

    crm, calls, social = make(airflow).parts

    assert (crm.first, crm.again, crm.left) == (4, 2, 1)
    assert (calls.first, calls.again, calls.left) == (7, 0, 0)
    assert social.runs == 7
    assert airflow.changes == []


def test_only_failed_takes_days_of_which_a_load_did_not_come(airflow: Any, known: Any) -> None:
    for day in range(2, 9):
        airflow.has_run("ingest_crm", date(2026, 3, day), "failed" if day == 4 else "success")
    known["lost"] = {"night__2026-03-04", "night__2026-03-06"}

    (crm,) = make(airflow, WEEK, "crm", only_failed=True).parts

    assert (crm.first, crm.again, crm.left) == (0, 2, 5)
    assert crm.incomplete == ("night__2026-03-06",)


def test_many_runs_are_read_page_by_page(airflow: Any) -> None:
    year = Days(date(2025, 1, 1), date(2025, 12, 31))
    for each in year:
        airflow.has_run("ingest_social", each.last_day, "success")

    (social,) = make(airflow, year, "social").parts

    assert (social.first, social.again) == (0, 365)


def test_a_backfill_of_these_days_is_taken_up(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", WEEK)
    airflow.has_run("ingest_crm", date(2026, 3, 2), "success", "backfill")
    airflow.has_run("ingest_crm", date(2026, 3, 3), "queued", "backfill")

    (crm,) = (made := make(airflow, WEEK, "crm")).parts

    assert (crm.first, crm.again, crm.left) == (0, 1, 6)
    assert "crm: under way since 2026-04-01 12:00" in said(planned.show, made)
    assert [each.days for each in start(airflow, made)] == [WEEK]
    assert airflow.changes == ["unpause refresh_marts", "unpause ingest_crm"]


def test_a_backfill_of_other_days_is_refused_with_the_way_out(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", Days(date(2026, 1, 1), date(2026, 1, 2)))
    airflow.has_run("ingest_crm", date(2026, 1, 2), "queued", "backfill")

    with pytest.raises(KindredError) as refusal:
        make(airflow)

    wanted = "`kindred backfill --from 2026-01-01 --to 2026-01-02 --source crm`"
    assert wanted in str(refusal.value)
    assert "/dags/ingest_crm" in str(refusal.value)
    assert make(airflow, WEEK, "social").runs == 7


def test_a_backfill_whose_runs_are_over_is_in_nobodys_way(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", WEEK)
    airflow.has_run("ingest_crm", date(2026, 3, 3), "success", "backfill")

    (crm,) = make(airflow, WEEK, "crm").parts

    assert (crm.under_way, crm.runs) == (None, 7)


def test_before_the_first_night_there_is_nothing_to_backfill(airflow: Any, known: Any) -> None:
    known["has_cursor"] = False

    with pytest.raises(KindredError, match="`kindred run` takes the history"):
        make(airflow)


def test_the_plan_says_price_limits_and_what_is_missing(airflow: Any) -> None:
    airflow.has_run("ingest_crm", date(2026, 1, 1), "success")
    del airflow.extras["mastodon"]
    airflow.extras["genesys"] = '{"reach_days": 365}'

    told = said(planned.show, make(airflow))

    assert "2026-03-02 to 2026-03-08 (7 days, UTC)" in told
    assert "21 runs of 3 tasks, 2 at once a source" in told
    assert "very roughly 70 s" in told
    assert "no connection named mastodon" in told
    assert "recycle bin" in told
    assert "Reaches 365 days back" in told
    assert Counter(told.split())["salesforce_orders"] == 1


# Asking


def test_everything_is_asked_for_before_a_dag_is_unpaused(airflow: Any) -> None:
    start(airflow, make(airflow, at_once=3))

    assert airflow.changes == [
        "ask ingest_crm completed 3",
        "ask ingest_call_center completed 3",
        "ask ingest_social completed 3",
        "unpause refresh_marts",
        "unpause ingest_crm",
        "unpause ingest_call_center",
        "unpause ingest_social",
    ]


def test_a_run_that_lost_a_load_is_called_failed_before_it_is_asked_for(
    airflow: Any, known: Any
) -> None:
    for day in range(2, 9):
        airflow.has_run("ingest_crm", date(2026, 3, day), "success")
    known["lost"] = {"night__2026-03-06"}

    start(airflow, make(airflow, WEEK, "crm", only_failed=True))

    assert airflow.changes[:2] == ["call night__2026-03-06 failed", "ask ingest_crm failed 2"]
    assert asking.count(airflow, "ingest_crm", WEEK, "queued") == 1


def test_a_source_without_a_run_to_make_is_not_asked_for(airflow: Any) -> None:
    for dag in ("ingest_crm", "ingest_call_center"):
        for day in range(2, 9):
            airflow.has_run(dag, date(2026, 3, day), "success")

    start(airflow, make(airflow, only_failed=True))

    assert airflow.changes[0] == "ask ingest_social failed 2"
    assert "unpause ingest_crm" not in airflow.changes


def test_a_paused_backfill_goes_on_when_it_is_taken_up(airflow: Any) -> None:
    airflow.has_backfill("ingest_crm", WEEK, is_paused=True)
    airflow.has_run("ingest_crm", date(2026, 3, 3), "queued", "backfill")

    start(airflow, make(airflow, WEEK, "crm"))

    assert airflow.changes[0] == "put /backfills/1/unpause"


def test_asking_waits_until_airflow_has_noticed_that_the_one_before_is_over(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking.time, "sleep", lambda _: None)
    airflow.refusals = 3

    assert asking.ask(airflow, "ingest_crm", WEEK, asking.EVERYTHING, 2).days == WEEK


def test_asking_gives_up_when_somebody_was_quicker(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MARKING_SECONDS", -1)
    airflow.refusals = 3

    with pytest.raises(AnswerError, match="already a running backfill"):
        asking.ask(airflow, "ingest_crm", WEEK, asking.EVERYTHING, 2)


# Following


@pytest.fixture
def started(airflow: Any, monkeypatch: pytest.MonkeyPatch) -> list[asking.Backfill]:
    monkeypatch.setattr(following, "POLL_SECONDS", 0)
    return start(airflow, make(airflow, WEEK, "crm"))


def end_runs(airflow: Any, number: int, state: str = "success") -> None:
    queued = [m for m, (_, s, _) in airflow.runs["ingest_crm"].items() if s == "queued"]
    for moment in queued[:number]:
        airflow.runs["ingest_crm"][moment] = (f"b{moment}", state, "backfill")


def test_a_backfill_ends_after_the_refresh_of_its_last_run(airflow: Any, started: Any) -> None:
    airflow.events, airflow.refreshes = 1, 2
    seen = []
    for picture in following.follow(airflow, started):
        seen.append((picture.courses[0].done, picture.courses[0].failed, picture.left))
        end_runs(airflow, 1, "failed" if len(seen) == 1 else "success")

    assert seen[:8] == [
        (0, 0, 7), (0, 1, 6), (1, 1, 5), (2, 1, 4), (3, 1, 3), (4, 1, 2), (5, 1, 1), (6, 1, 0),
    ]  # fmt: skip
    # An event waits, then two looks at a refresh that runs, then its end.
    assert seen[8:] == [(6, 1, 0)] * 2
    assert (airflow.events, airflow.refreshes) == (-2, -1)


def test_an_answer_that_fails_to_come_is_asked_for_again(airflow: Any, started: Any) -> None:
    end_runs(airflow, 7)
    airflow.silences = following.PATIENCE

    pictures = list(following.follow(airflow, started))

    assert [each.left for each in pictures] == [0]


def test_an_airflow_that_stays_silent_ends_the_following(airflow: Any, started: Any) -> None:
    airflow.silences = following.PATIENCE + 1

    with pytest.raises(SilentError):
        list(following.follow(airflow, started))


# What is shown


def picture(over: int, failed: int = 0, **given: Any) -> Picture:
    return Picture((Course("crm", 90, failed, 90 - over), Course("social", 90, 0, 0)), **given)


def test_plain_lines_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(shown.time, "monotonic", lambda: float(next(clock)))
    console = Console(file=io.StringIO(), width=160)
    lines = shown.Lines(console)

    for over in range(91):
        lines.update(picture(over, failed=over // 30))
    refresh = [("build", "success"), ("gate", "skipped")]
    tasks = tuple(Task("refresh_marts", "r", name, state, 1.5, 1) for name, state in refresh)
    ended = picture(90, 3, tasks=tasks)
    lines.update(ended)
    lines.update(ended)

    told = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert 10 < len(told) < 60
    assert told[-2] == "crm 90 of 90 (3 failed), social 90 of 90"
    assert told[-1].split()[:2] == ["refresh_marts.build", "success"]
    assert "to go" in told[1]


def test_the_live_table_says_what_is_paused() -> None:
    paused = Picture((Course("crm", 90, 2, 30, is_paused=True),))

    told = said(lambda console: console.print(shown.table(paused, "about 5 min to go")))

    assert "paused in Airflow" in told
    assert " ".join(told.splitlines()[1].split()) == "crm 90 58 2 30 paused in Airflow"
    assert "about 5 min to go" in told


def test_time_to_go_counts_from_where_the_following_began(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(shown.time, "monotonic", lambda: next(clock))
    pace = shown.Pace()

    assert pace.to_go(picture(60)) == ""
    assert pace.to_go(picture(70)) == "about 20 s to go"


# The report


def outcome(**given: Any) -> Outcome:
    usual: dict[str, Any] = {
        "load": "salesforce_orders",
        "days": 7,
        "published": 7,
        "held": 0,
        "failed": 0,
        "rows_landed": 1234,
        "rows_changed": 56,
        "rows_quarantined": 0,
        "message": None,
    }
    return Outcome(**usual | given)


def finish(
    airflow: Any,
    started: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    outcomes: list[Outcome],
    builds: list[Built],
    statuses: dict[str, str] | None = None,
    tasks: tuple[Task, ...] = (),
) -> tuple[bool, str]:
    batches = statuses or {}
    monkeypatch.setattr(ledger, "outcomes", lambda *_: outcomes)
    monkeypatch.setattr(ledger, "builds", lambda *_: builds)
    monkeypatch.setattr(
        ledger,
        "runs_with",
        lambda _dsn, _loads, runs, *wanted: {run for run in runs if batches.get(run) in wanted},
    )
    services: Any = SimpleNamespace(airflow=airflow, postgres=SimpleNamespace(dsn=lambda _: ""))
    console = Console(file=io.StringIO(), width=160)
    went_well = report.finish(console, services, started, picture(90, tasks=tasks))
    return went_well, console.file.getvalue() + capsys.readouterr().err  # type: ignore[attr-defined]


def test_the_report_says_what_changed_and_how_often_the_marts_were_built(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    built = Built(3, "published", 41.2, 120, 840)

    went_well, told = finish(
        airflow, started, monkeypatch, capsys, outcomes=[outcome()], builds=[built]
    )

    assert went_well
    assert "1,234" in told
    assert "rebuilt once, in 41 s: 840 months of 120 customers" in told


def test_without_a_change_the_marts_stand(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    unchanged = outcome(rows_changed=0)

    went_well, told = finish(airflow, started, monkeypatch, capsys, outcomes=[unchanged], builds=[])

    assert went_well
    assert "the marts stand as they were" in told


def test_days_that_failed_are_named_with_the_command_that_mends_them(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    lost = f"backfill__{Days(date(2026, 3, 4), date(2026, 3, 4)).start}"
    failed = outcome(published=6, failed=1, message="salesforce: HTTP 500")

    went_well, told = finish(
        airflow,
        started,
        monkeypatch,
        capsys,
        outcomes=[failed],
        builds=[],
        statuses={lost: "failed"},
    )

    assert not went_well
    assert "FAILED  salesforce_orders, 1 day: salesforce: HTTP 500" in told
    again = "kindred backfill --from 2026-03-04 --to 2026-03-04 --source crm --only-failed"
    assert again in told
    assert "kindred status" not in told


def test_what_a_gate_holds_is_not_run_again(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    end_runs(airflow, 1, "failed")
    (stuck,) = asking.runs(airflow, "ingest_crm", WEEK, state=["failed"])

    went_well, told = finish(
        airflow,
        started,
        monkeypatch,
        capsys,
        outcomes=[outcome(published=6, held=1)],
        builds=[],
        statuses={stuck.run_id: "held"},
    )

    assert not went_well
    assert "HELD    salesforce_orders, 1 day" in told
    assert "kindred status" in told
    assert "--only-failed" not in told


def test_a_run_that_failed_before_it_had_a_batch_is_named_too(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    end_runs(airflow, 1, "failed")

    went_well, told = finish(airflow, started, monkeypatch, capsys, outcomes=[], builds=[])

    assert not went_well
    assert "--from 2026-03-02 --to 2026-03-02 --source crm --only-failed" in told


def test_a_refresh_that_failed_is_named(
    airflow: Any, started: Any, monkeypatch: Any, capsys: Any
) -> None:
    gate = Task("refresh_marts", "r", "gate", "failed", 1.5, 1)
    held = Built(3, "held", 41.2, 120, 840)

    went_well, told = finish(
        airflow, started, monkeypatch, capsys, outcomes=[outcome()], builds=[held], tasks=(gate,)
    )

    assert not went_well
    assert "not published: build 3 is held" in told
    assert "/dags/refresh_marts/runs/r/tasks/gate" in told


def test_who_leaves_is_told_how_to_come_back(airflow: Any) -> None:
    services: Any = SimpleNamespace(airflow=airflow)

    told = report.left_running(services, make(airflow, WEEK, "crm", "social", only_failed=True))

    assert told.endswith(
        "`kindred backfill --from 2026-03-02 --to 2026-03-08"
        " --source crm --source social --only-failed`"
    )
    assert "/dags/ingest_social" in told


# The command


def test_a_dry_run_starts_nothing(airflow: Any, monkeypatch: Any) -> None:
    services = SimpleNamespace(
        airflow=airflow,
        postgres=SimpleNamespace(dsn=lambda _: ""),
        sandbox=SimpleNamespace(choice=SimpleNamespace(is_on=False)),
        up=lambda: None,
    )
    monkeypatch.setattr(shell, "services", lambda: services)
    monkeypatch.setattr(night, "wait_until_known", lambda *_: None)
    words = ["backfill", "--from", "2020-03-02", "--to", "2020-03-08", "--source", "social"]

    told = CliRunner().invoke(app, [*words, "--dry-run"])

    assert told.exit_code == 0, told.output
    assert "7 runs of 3 tasks" in told.stdout
    assert airflow.changes == []
    refused = CliRunner().invoke(app, ["backfill", "--from", "2020-01-02", "--to", "2999-01-01"])
    assert refused.exit_code == 2
    assert "2999-01-01 is not over" in refused.stderr
