"""The services of one machine: which run, in which order they start, whether they answer.

The order determines the start-up time.  The sandbox generates its population while Airflow creates
its metadata tables; then the API and the DAG processor start.  The scheduler waits for the API only
if an earlier run was interrupted, because it would start that run's tasks at once, and a task fails
without the API.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg

from kindred import settings
from kindred.embedded import airflow_settings, processes, vendor_connections
from kindred.embedded.airflow_api import Airflow
from kindred.embedded.home import LOOPBACK, SUPERUSER, Home
from kindred.embedded.postgres import METADATA, Postgres
from kindred.embedded.sandbox import Sandbox, SandboxSettings, calendar, preset
from kindred.errors import SetupError
from kindred.sources import SOURCES, VENDORS

COMPONENTS = {
    "api-server": ("airflow", "api-server"),
    "dag-processor": ("airflow", "dag-processor"),
    # Logs are read from disk, so no log server runs; it would listen on every address.
    "scheduler": ("kindred.embedded.scheduler_launcher", "scheduler", "--skip-serve-logs"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
}
MADE = ("airflow", "dbt", "logs", "sandbox", "airflow-password.json", "secrets.json", "state.json")
DAGS = (*(f"ingest_{source}" for source in SOURCES), "reconcile", "refresh_marts")


class Services:
    """Everything that runs for one home."""

    def __init__(self, home: Home, say: Callable[[str], None] = lambda _: None) -> None:
        self.home = home
        self.postgres = Postgres(home, say)
        self._say = say

    @property
    def sandbox(self) -> Sandbox:
        return Sandbox(self.home, SandboxSettings.remembered(self.home))

    @property
    def airflow(self) -> Airflow:
        port = self.home.remembered("ports", {}).get("airflow", 0)
        base = f"http://{LOOPBACK}:{port}"
        return Airflow(base, airflow_settings.USER, self.home.secrets["airflow_admin"])

    def up(self, choice: SandboxSettings | None = None) -> None:
        """Start services that are not running, and restart those with other settings.

        Args:
            choice: The sandbox's population; by default the stored one.

        Raises:
            SetupError: A setting is invalid, or a service does not start. The message names the
                setting or the log.
        """
        settings.check()  # Airflow would start, and read no DAG
        with self.home.lock():
            choice = choice or SandboxSettings.remembered(self.home)
            calendar(choice)  # raises for an unknown scenario before anything starts
            self.postgres.start()
            self._check_population(choice)
            choice.remember(self.home)
            self._start_sandbox()
            self._migrate()
            self._start_pipeline()

    def restart_crashed(self) -> None:
        """Restart and report services that have crashed; leave slow ones alone.

        Raises:
            SetupError: A person has stopped the services, or one does not start.
        """
        with self.home.lock():
            if self.home.remembered("process scheduler") is None:
                raise SetupError("the services were stopped; the same command starts them again")
            gone = ([] if self.postgres.is_alive() else ["postgres"]) + self.crashed()
            if not gone:
                return
            logs = ", ".join(str(self.home.logs / f"{name}.log") for name in gone)
            self._say(f"Crashed, restarting: {', '.join(gone)} (see {logs})")
            # No migration: its locks would queue behind running tasks, and block others.
            self.postgres.start()
            self._start_sandbox()
            self._start_pipeline()

    def down(self) -> None:
        """Stop all services, with their child processes."""
        with self.home.lock():
            processes.stop(self.home, ["sandbox", "migration", *reversed(COMPONENTS)])
            self.postgres.stop()

    def erase(self) -> None:
        """Delete all data of the home, but no other file that lies in its folder."""
        self.postgres.erase()
        for name in MADE:
            made = self.home.folder / name
            while made.is_dir():
                with suppress(FileNotFoundError):  # a file disappeared meanwhile
                    shutil.rmtree(made)
            made.unlink(missing_ok=True)

    def alive(self) -> dict[str, bool]:
        """Return for each of Airflow's components whether its process is alive."""
        return {name: processes.session_process(self.home, name) is not None for name in COMPONENTS}

    def crashed(self) -> list[str]:
        """Return the services that were started and not stopped, but have no process any more."""
        return [
            name
            for name in ("sandbox", *COMPONENTS)
            if self.home.remembered(f"process {name}") is not None
            and processes.session_process(self.home, name) is None
        ]

    def running(self) -> dict[str, bool]:
        """Return for each service whether it answers or, without an API, whether it is alive."""
        living = self.alive()
        return {
            "postgres": self.postgres.is_alive(),
            "sandbox": self.sandbox.is_alive(),
            **living,
            "api-server": living["api-server"] and self.airflow.is_alive(),
        }

    def environment(self) -> dict[str, str]:
        """Return the environment of Airflow's components, and of `kindred dbt` and `airflow`."""
        return self._environment() | self._pipeline()

    def _check_population(self, choice: SandboxSettings) -> None:
        """Raise SetupError if the warehouse holds customers of another population."""
        before = SandboxSettings.remembered(self.home)
        if choice == before:
            return
        with psycopg.connect(self.postgres.dsn("admin")) as session:
            if session.execute("select to_regclass('ops.loads')").fetchone() == (None,):
                return
            if session.execute("select exists (select from ops.loads)").fetchone() == (False,):
                return
        raise SetupError(
            f"the warehouse holds the customers of {before}, which must not mix with {choice}: "
            "`kindred down --erase` deletes them, or name another folder in KINDRED_HOME"
        )

    def _start_pipeline(self) -> None:
        """Start Airflow and write the connections of the vendors."""
        choice = self.sandbox.choice
        if choice.replay:
            self._wait(
                "sandbox", self.sandbox.is_alive, seconds=600
            )  # its calendar is needed below
        self._start_airflow()
        if choice.is_on:
            self._wait("sandbox", self.sandbox.is_alive, seconds=600)
        vendor_connections.sync_connections(
            self.airflow, self.sandbox.connections() if choice.is_on else {}
        )

    def _start_sandbox(self) -> None:
        if not self.sandbox.choice.is_on:
            processes.stop(self.home, ["sandbox"])
            return
        processes.start(self.home, self.sandbox.service)

    def _migrate(self) -> None:
        """Bring the warehouse's and Airflow's tables up to date in parallel."""
        from kindred.warehouse import schema

        with ThreadPoolExecutor(1) as aside:
            warehouse = aside.submit(schema.migrate, self.postgres.dsn("admin"), VENDORS.values())
            self._migrate_airflow()
            warehouse.result()

    def _migrate_airflow(self) -> None:
        version = importlib.metadata.version("apache-airflow")
        if self._metadata() == self.home.remembered(f"airflow {version}", "unknown"):
            return
        self._say("Creating Airflow's tables.")
        words = processes.python("airflow", "db", "migrate")
        migration = processes.Service("migration", words, self._environment())
        processes.start(self.home, migration)
        while processes.session_process(self.home, "migration"):
            time.sleep(0.05)
        revision = self._metadata()
        if revision is None:
            raise SetupError(
                f"Airflow's tables could not be created: see {migration.log(self.home)}"
            )
        self.home.remember(f"airflow {version}", revision)

    def _metadata(self) -> str | None:
        """Return the revision of Airflow's tables, or None if there are none."""
        with psycopg.connect(self.postgres.dsn(SUPERUSER, METADATA)) as session:
            if session.execute("select to_regclass('alembic_version')").fetchone() == (None,):
                return None
            row = session.execute("select version_num from alembic_version").fetchone()
        return row[0] if row else None

    def _is_interrupted(self) -> bool:
        """Return whether an earlier run was interrupted."""
        with psycopg.connect(self.postgres.dsn(SUPERUSER, METADATA)) as session:
            row = session.execute(
                "select exists (select from dag_run where state in ('queued', 'running'))"
            ).fetchone()
        return bool(row and row[0])

    def _bury_schedulers(self) -> None:
        """Mark a killed scheduler as failed in Airflow's tables.

        Otherwise the new scheduler would leave the tasks queued by the old one alone for five
        minutes, because the old one's last heartbeat is recent. On one machine it is known dead.
        """
        with psycopg.connect(self.postgres.dsn(SUPERUSER, METADATA)) as session:
            session.execute(
                "update job set state = 'failed', end_date = now()"
                " where job_type = 'SchedulerJob' and state = 'running'"
            )

    def _start_airflow(self) -> None:
        airflow_settings.write_password_file(self.home)
        environment = self.environment()
        services = {
            name: processes.Service(name, processes.python(*words), environment)
            for name, words in COMPONENTS.items()
        }
        early = ["api-server", "dag-processor"]
        if not self._is_interrupted():
            early.append("scheduler")
        elif not self.alive()["scheduler"]:
            self._bury_schedulers()
        for name in early:
            processes.start(self.home, services[name])
        self._wait("api-server", self.airflow.is_alive, seconds=120)
        for name in COMPONENTS:
            processes.start(self.home, services[name])
        self.airflow.warm()

    def _environment(self) -> dict[str, str]:
        running = processes.session_process(self.home, "api-server") is not None
        port = self.home.port("airflow", is_ours=running)
        return airflow_settings.airflow_environment(self.home, self.postgres, port)

    def _pipeline(self) -> dict[str, str]:
        """Return the settings of the sandbox for the tasks."""
        choice = self.sandbox.choice
        if not choice.is_on:
            return {}
        industry = preset(choice)
        return ({settings.PRESET.name: industry} if industry else {}) | {
            settings.CLOCK.name: "sandbox",
            settings.HISTORY_START.name: self.sandbox.calendar().starts.isoformat(),
            settings.RETRY_SECONDS.name: "5",
        }

    def _wait(self, name: str, answers: Callable[[], bool], seconds: float) -> None:
        """Wait until the service answers, but give up as soon as its process has ended."""
        deadline = time.monotonic() + seconds
        log: Path = self.home.logs / f"{name}.log"
        while not answers():
            if processes.session_process(self.home, name) is None:
                raise SetupError(f"the {name} ended at once; its log is {log}")
            if time.monotonic() > deadline:
                raise SetupError(f"the {name} does not answer after {seconds:.0f} s; see {log}")
            time.sleep(0.1)


def started_at(home: Home, name: str) -> datetime | None:
    """Return when a service was started, or None if it is not running."""
    process: psutil.Process | None = processes.session_process(home, name)
    return None if process is None else datetime.fromtimestamp(process.create_time(), UTC)
