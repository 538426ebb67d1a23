"""One home with all its services, and the command line on it, as a person has them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import yaml
from psycopg.conninfo import make_conninfo

from kindred.embedded import processes
from kindred.embedded.airflow_api import Airflow
from kindred.embedded.home import REPOSITORY, Home
from kindred.embedded.services import COMPONENTS, Services

KINDRED = Path(sys.executable).with_name("kindred")
TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Machine:
    """A home in a folder; beside it, where they were copied, suites of its own."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {"KINDRED_HOME": str(self.home), "COLUMNS": "160"}
        if self.suites.exists():
            own["KINDRED_EXPECTATIONS"] = str(self.suites)
        return os.environ | own

    @property
    def services(self) -> Services:
        return Services(Home.open(self.home))

    @property
    def airflow_api(self) -> Airflow:
        return self.services.airflow

    def kindred(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return self._run([str(KINDRED), *words], self.environment)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command and return at once."""
        return subprocess.Popen(  # noqa: S603 -- our own words
            [KINDRED, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def airflow_command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Airflow's own command as somebody who has its services' environment."""
        scheduler = processes.session_process(Home.open(self.home), "scheduler")
        if scheduler is None:
            raise RuntimeError("the scheduler does not run")
        return self._run([sys.executable, "-m", "airflow", *words], scheduler.environ())

    def _run(
        self, command: list[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 -- our own words
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    @property
    def suites(self) -> Path:
        """This machine's own copy of the suites, if it has one."""
        return self.home.parent / "expectations"

    def restore_suites(self) -> None:
        """Copy the suites of the repository."""
        shutil.copytree(REPOSITORY / "expectations", self.suites, dirs_exist_ok=True)

    def demand(self, suite: str, rows: int) -> None:
        """Add a critical rule to a suite: so many rows at least."""
        file = self.suites / f"{suite}.yml"
        document = yaml.safe_load(file.read_text())
        document["expectations"].append(
            {
                "type": "expect_table_row_count_to_be_between",
                "severity": "critical",
                "kwargs": {"min_value": rows},
                "notes": "A rule that nothing passes, to see what a failing suite does.",
            }
        )
        file.write_text(yaml.safe_dump(document))

    def dsn(self, role: str = "admin") -> str:
        """Return what the command gives as a role's connection string."""
        return self.kindred("dsn", "--role", role).stdout.strip()

    def rows(self, query: str, role: str = "admin") -> list[tuple[Any, ...]]:
        """Return what a query of the warehouse gives."""
        with psycopg.connect(self.dsn(role)) as conn:
            return conn.execute(query.encode()).fetchall()

    def airflow_rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query of Airflow's own database gives."""
        secret = json.loads((self.home / "secrets.json").read_text())["airflow"]
        own = {"user": "airflow", "password": secret, "dbname": "airflow"}
        with psycopg.connect(make_conninfo(self.dsn(), **own)) as conn:
            return conn.execute(query.encode()).fetchall()

    def refresh(self, *, full_refresh: bool) -> str:
        """Ask Airflow for a run of refresh_marts, as its UI would; return the state it ends in."""
        body = {"logical_date": None, "conf": {"full_refresh": full_refresh}}
        run = self.airflow_api.post("/dags/refresh_marts/dagRuns", body)["dag_run_id"]
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            state = self.airflow_api.get(f"/dags/refresh_marts/dagRuns/{run}")["state"]
            if state not in ("queued", "running"):
                return str(state)
            time.sleep(0.5)
        raise TimeoutError("the refresh did not end")

    def connection(self, vendor: str) -> dict[str, Any]:
        """Return the sandbox's connection of a vendor, as Airflow's REST API takes it."""
        wanted = self.services.sandbox.connections()[vendor]
        return {"connection_id": vendor} | wanted | {"extra": json.dumps(wanted["extra"])}

    def sandbox(self, verb: str, what: str, **body: Any) -> None:
        """Ask the sandbox to set its clock or its faults."""
        port = json.loads((self.home / "state.json").read_text())["ports"]["sandbox"]
        answer = httpx.request(verb, f"http://127.0.0.1:{port}/sandbox/{what}", json=body or None)
        answer.raise_for_status()

    def processes(self) -> list[psutil.Process]:
        """Return every process that belongs to this home, whatever it calls itself now."""
        home = Home.open(self.home)
        # Postgres may have its data elsewhere, where the home is closed to its user.
        places = [str(self.home), str(self.services.postgres.data)]
        sessions = {
            process.pid
            for process in psutil.process_iter()
            if any(place in words for place in places for words in _started_with(process))
        }
        # The API server writes its title over its words and its environment.
        leaders = [processes.session_process(home, name) for name in COMPONENTS]
        sessions |= {leader.pid for leader in leaders if leader}
        return [
            p for p in psutil.process_iter() if _session(p.pid) in sessions or p.pid in sessions
        ]


def _started_with(process: psutil.Process) -> list[str]:
    """Return the words and the home of a process, as far as it lets us see."""
    found: list[str] = []
    with suppress(psutil.Error):
        found += process.cmdline()
    with suppress(psutil.Error):
        found.append(process.environ().get("KINDRED_HOME", ""))
    return found


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return -1
