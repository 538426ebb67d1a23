"""What the tasks read from Airflow and the environment: connections, the run, the policy."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook, Connection, Context, CronDataIntervalTimetable
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo

from kindred import settings
from kindred.api import Endpoint, Transport
from kindred.errors import SetupError
from kindred.loads import Window
from kindred.pipeline.environment import Run

REPOSITORY = Path(__file__).resolve().parents[3]

POLICY = {
    "owner": "data-engineering",
    "retries": 2,
    "retry_delay": settings.RETRY_SECONDS.get(),
    "retry_exponential_backoff": True,
    "execution_timeout": timedelta(hours=3),
    "do_xcom_push": False,
}


def nightly() -> Any:
    """Return the schedule of the ingests: one business day per night.

    In sandbox time nights start only on request, see `kindred_plugin`.
    """
    cron, zone = settings.SCHEDULE.get(), settings.TIME_ZONE.get()
    if settings.CLOCK.get() == "sandbox":
        from kindred_plugin import NightsOnRequest

        return NightsOnRequest(cron, timezone=zone.key)
    return CronDataIntervalTimetable(cron, timezone=zone.key)


class AirflowEnvironment:
    """The warehouse and the vendors according to Airflow's connections."""

    project = REPOSITORY / "dbt_project"

    @property
    def target(self) -> Path:
        return (settings.HOME.get() or Path("/tmp/kindred")) / "dbt"  # noqa: S108 -- a cache

    def warehouse(self, role: str) -> str:
        return warehouse(role)

    def endpoint(self, vendor: str) -> Endpoint | None:
        return endpoint(vendor)

    def transport(self, vendor: str) -> Transport | None:  # noqa: ARG002 -- a socket
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
    is_sandbox = settings.CLOCK.get() == "sandbox"
    if start is not None and end is not None and start < end:
        interval = Window(_plain(start), _plain(end))
        if interval.end > datetime.now(UTC) and not is_sandbox:
            raise SetupError(f"{interval} is not over: run it when it is")
        return interval
    if is_sandbox:
        raise SetupError("in sandbox time a run needs a data interval: `kindred run` gives it one")
    zone = settings.TIME_ZONE.get()
    today = datetime.combine(datetime.now(zone).date(), time.min, zone)
    return Window(_plain(today - timedelta(days=1)), _plain(today))


def _plain(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp(), UTC)


def history_start(interval: Window) -> datetime:
    """Return the start of the first night's window (default: 24 whole months back).

    It is the first day of a month, so that a night after a failed one has the same start, and the
    marts' first month is whole.
    """
    first, zone = settings.HISTORY_START.get(), settings.TIME_ZONE.get()
    if first is None:
        day = interval.start.astimezone(zone)
        first = day.date().replace(year=day.year - 2, day=1)
    return _plain(datetime.combine(first, time.min, zone))


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
