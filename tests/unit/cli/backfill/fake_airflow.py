"""A made-up Airflow that runs a backfill's days as far as a test says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from kindred.cli.business_days import Days
from kindred.embedded import vendor_connections
from kindred.embedded.airflow_api import AirflowRefusal

CREATED = "2026-04-01T12:00:00Z"


class FakeAirflow:
    """Airflow's REST API with runs, backfills and connections, noting what is asked of it."""

    base = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.runs: dict[str, dict[datetime, tuple[str, str, str]]] = {}
        self.backfills: dict[str, dict[str, Any]] = {}
        self.extras: dict[str, str | None] = dict.fromkeys(vendor_connections.VENDORS)
        self.changes: list[str] = []
        self.refusals = 0
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
            raise AirflowRefusal(409, "POST", path, "There is already a running backfill")
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
        self.changes.append(f"unpause {path.rsplit('/', 1)[1]}")
        assert body == {"is_paused": False}


def end_runs(airflow: Any, number: int, state: str = "success") -> None:
    queued = [m for m, (_, s, _) in airflow.runs["ingest_crm"].items() if s == "queued"]
    for moment in queued[:number]:
        airflow.runs["ingest_crm"][moment] = (f"b{moment}", state, "backfill")
