"""What the tasks read from Airflow and the environment: connections, the run, the policy."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import BaseHook, Connection, Context, CronDataIntervalTimetable
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo

from kindred.api import Client, Endpoint
from kindred.errors import SetupError
from kindred.loads import Window
from kindred.pipeline.environment import Run

REPOSITORY = Path(__file__).resolve().parents[3]
ZONE = ZoneInfo(os.environ.get("KINDRED_TIME_ZONE", "UTC"))

POLICY = {
    "owner": "data-engineering",
    "retries": 2,
    "retry_delay": timedelta(seconds=float(os.environ.get("KINDRED_RETRY_SECONDS", "60"))),
    "retry_exponential_backoff": True,
    "execution_timeout": timedelta(hours=3),
    "do_xcom_push": False,
}


def nightly() -> Any:
    """Return the schedule of the ingests: one business day per night.

    In sandbox time nights start only on request, see `kindred_plugin`.
    """
    cron = os.environ.get("KINDRED_SCHEDULE", "0 0 * * *")
    if os.environ.get("KINDRED_CLOCK") == "sandbox":
        from kindred_plugin import NightsOnRequest

        return NightsOnRequest(cron, timezone=ZONE.key)
    return CronDataIntervalTimetable(cron, timezone=ZONE.key)


class AirflowEnvironment:
    """The warehouse and the vendors according to Airflow's connections."""

    project = REPOSITORY / "dbt_project"

    @property
    def target(self) -> Path:
        return Path(os.environ.get("KINDRED_HOME", "/tmp/kindred")) / "dbt"  # noqa: S108 -- a cache

    def warehouse(self, role: str) -> str:
        return warehouse(role)

    def endpoint(self, vendor: str) -> Endpoint | None:
        return endpoint(vendor)

    def client(self, vendor: str) -> Client | None:  # noqa: ARG002 -- the vendor's own client
        return None

    def history_start(self, interval: Window) -> datetime:
        return history_start(interval)


def run_of(context: Context) -> Run:
    """Return the run of an ingest that the context describes."""
    return Run(
        run_id=context["run_id"],
        interval=night(context),
        is_backfill=context["dag_run"].run_type == "backfill",
        is_retry=context["ti"].try_number > 1,
    )


def night(context: Context) -> Window:
    """Return the run's data interval in UTC; without one, the last business day.

    Raises:
        SetupError: The interval is missing in sandbox time, where the wall clock means nothing.
            Or it is not over, so that cursors would move past records that do not exist yet.
    """
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    is_sandbox = os.environ.get("KINDRED_CLOCK") == "sandbox"
    if start is not None and end is not None and start < end:
        interval = Window(_plain(start), _plain(end))
        if interval.end > datetime.now(UTC) and not is_sandbox:
            raise SetupError(f"{interval} is not over: run it when it is")
        return interval
    if is_sandbox:
        raise SetupError("in sandbox time a run needs a data interval: `kindred run` gives it one")
    today = datetime.combine(datetime.now(ZONE).date(), time.min, ZONE)
    return Window(_plain(today - timedelta(days=1)), _plain(today))


def _plain(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp(), UTC)


def history_start(interval: Window) -> datetime:
    """Return the start of the first night's window (default: 24 whole months back).

    It is the first day of a month, so that a night after a failed one has the same start, and the
    marts' first month is whole.
    """
    given = os.environ.get("KINDRED_HISTORY_START")
    if not given:
        day = interval.start.astimezone(ZONE)
        return _plain(datetime(day.year - 2, day.month, 1, tzinfo=ZONE))
    try:
        return _plain(datetime.combine(date.fromisoformat(given), time.min, ZONE))
    except ValueError:
        raise SetupError(
            f"KINDRED_HISTORY_START must be a day like 2025-01-01, got {given!r}"
        ) from None


def warehouse(role: str) -> str:
    """Return the connection string of the Airflow connection `kindred_<role>`."""
    name = f"kindred_{role}"
    found = _connection(name)
    if found is None:
        raise SetupError(
            f"Airflow has no connection named {name} that it can read. It holds the warehouse's"
            " address for that role, postgresql://user:password@host:5432/database, percent-encoded"
        )
    return make_conninfo(
        host=found.host,
        port=found.port or 5432,
        user=found.login,
        password=found.password,
        dbname=found.schema,
    )


def endpoint(vendor: str) -> Endpoint | None:
    """Return the address and credentials of `vendor`, or None without a connection in Airflow."""
    found = _connection(vendor)
    if found is None:
        return None
    host = found.host or ""
    base = host if "://" in host else f"https://{host}"
    if found.port:
        base = f"{base}:{found.port}"
    return Endpoint(
        base_url=base.rstrip("/"),
        client_id=found.login or "",
        client_secret=found.password or "",
        options=dict(found.extra_dejson),
    )


def _connection(name: str) -> Connection | None:
    """Return an Airflow connection, or None if Airflow has none that it can read."""
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None
