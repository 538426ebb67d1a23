"""The real thing: `kindred` as a person types it, with its own Postgres, Airflow and sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import yaml

from kindred.embedded import processes
from kindred.embedded.airflow_api import Airflow
from kindred.embedded.home import Home
from kindred.embedded.services import COMPONENTS, Services
from tests.integration.conftest import passable

KINDRED = Path(sys.executable).with_name("kindred")
EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
PATIENCE = 600


@dataclass(frozen=True)
class Machine:
    """One home, and the command line on it."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "KINDRED_HOME": str(self.home),
            "KINDRED_EXPECTATIONS": str(self.suites),
            "COLUMNS": "160",
        }

    @property
    def suites(self) -> Path:
        """This machine's own copy of the suites."""
        return self.home.parent / "expectations"

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

    def restore_suites(self) -> None:
        """Bring back the suites of the repository."""
        shutil.copytree(EXPECTATIONS, self.suites, dirs_exist_ok=True)

    def kindred(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [KINDRED, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command and return at once."""
        return subprocess.Popen(
            [KINDRED, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def dsn(self, role: str = "admin") -> str:
        return self.kindred("dsn", "--role", role).stdout.strip()

    def rows(self, query: str, role: str = "admin") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn(role)) as conn:
            return conn.execute(query).fetchall()

    def airflow_command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Airflow's own command as somebody who has its services' environment."""
        scheduler = processes.session_process(Home.open(self.home), "scheduler")
        assert scheduler is not None
        return subprocess.run(
            [sys.executable, "-m", "airflow", *words],
            env=scheduler.environ(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def airflow(self, query: str) -> list[tuple[Any, ...]]:
        """Ask Airflow's own database."""
        secret = json.loads((self.home / "secrets.json").read_text())["airflow"]
        place = psycopg.conninfo.conninfo_to_dict(self.dsn())
        place |= {"user": "airflow", "password": secret, "dbname": "airflow"}
        with psycopg.connect(psycopg.conninfo.make_conninfo(**place)) as conn:
            return conn.execute(query).fetchall()

    @property
    def rest(self) -> Airflow:
        return Services(Home.open(self.home)).airflow

    def refresh(self, *, full_refresh: bool) -> None:
        """Ask Airflow for a run of refresh_marts, as its UI would, and wait for its end."""
        airflow = self.rest
        body = {"logical_date": None, "conf": {"full_refresh": full_refresh}}
        run = airflow.post("/dags/refresh_marts/dagRuns", body)["dag_run_id"]
        deadline = time.monotonic() + PATIENCE
        state = "queued"
        while state in ("queued", "running"):
            assert time.monotonic() < deadline, "the refresh did not end"
            time.sleep(0.5)
            state = airflow.get(f"/dags/refresh_marts/dagRuns/{run}")["state"]
        assert state == "success"

    def connection(self, vendor: str) -> dict[str, Any]:
        """The sandbox's connection of a vendor, as Airflow's REST API takes it."""
        wanted = Services(Home.open(self.home)).sandbox.connections()[vendor]
        return {"connection_id": vendor} | wanted | {"extra": json.dumps(wanted["extra"])}

    def sandbox(self, verb: str, what: str, **body: Any) -> None:
        port = json.loads((self.home / "state.json").read_text())["ports"]["sandbox"]
        answer = httpx.request(verb, f"http://127.0.0.1:{port}/sandbox/{what}", json=body or None)
        answer.raise_for_status()

    def processes(self) -> list[psutil.Process]:
        """Every process that belongs to this home, whatever it calls itself now."""
        home = Home.open(self.home)
        # Postgres may have its data elsewhere, where the home is closed to its user.
        places = [str(self.home), str(Services(home).postgres.data)]
        sessions = {
            process.pid
            for process in psutil.process_iter()
            if any(place in said for place in places for said in _said(process))
        }
        # The API server writes its title over its words and its environment.
        leaders = [processes.session_process(home, name) for name in COMPONENTS]
        sessions |= {leader.pid for leader in leaders if leader}
        return [
            p for p in psutil.process_iter() if _session(p.pid) in sessions or p.pid in sessions
        ]


def _said(process: psutil.Process) -> list[str]:
    """What a process was started with, as far as it lets us see."""
    said: list[str] = []
    with suppress(psutil.Error):
        said += process.cmdline()
    with suppress(psutil.Error):
        said.append(process.environ().get("KINDRED_HOME", ""))
    return said


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return -1


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """An empty home; whatever runs in it is stopped afterwards."""
    folder = passable(tmp_path_factory.mktemp("machine"))  # as root Postgres runs as another user
    made = Machine(folder / "home")
    made.restore_suites()
    try:
        yield made
    finally:
        made.kindred("down", "--erase")
