"""The sandbox: its process, its clock, and its connections for Airflow.

The sandbox is a separate program. It is reached over HTTP only, like the vendors.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from kindred import settings
from kindred.embedded import processes
from kindred.embedded.airflow_api import AirflowRefusal, AirflowUnreachable, call
from kindred.embedded.home import LOOPBACK, REPOSITORY, Home
from kindred.errors import SetupError

SCENARIOS = REPOSITORY / "sandbox" / "scenarios"


@dataclass(frozen=True)
class SandboxSettings:
    """The population that the sandbox serves; stored until another is chosen."""

    scenario: str = "retailer"
    customers: int | None = None
    replay: str | None = None
    is_on: bool = True

    def __str__(self) -> str:
        if not self.is_on:
            return "real sources"
        size = f" with {self.customers:,} customers" if self.customers else ""
        return f"the replay {self.replay}" if self.replay else f"scenario {self.scenario}{size}"

    @classmethod
    def remembered(cls, home: Home) -> SandboxSettings:
        return cls(**home.remembered("sandbox", {}))

    def remember(self, home: Home) -> None:
        home.remember("sandbox", asdict(self))


@dataclass(frozen=True)
class Calendar:
    """A scenario's fixed calendar: its first day, and the midnight that ends its history."""

    starts: date
    history_end: datetime


def calendar(choice: SandboxSettings) -> Calendar:
    """Read the calendar of the chosen scenario.

    Raises:
        SetupError: There is no such scenario. The message names those that exist.
    """
    scenario = _scenario(choice)
    starts: date = scenario["starts"]
    month = starts.month - 1 + int(scenario["months"])
    end = date(starts.year + month // 12, month % 12 + 1, starts.day)
    midnight = datetime.combine(end, time.min, UTC)
    return Calendar(starts, midnight)


def preset(choice: SandboxSettings) -> str | None:
    """Return the industry whose seeds fit the population; None if only the operator knows it.

    Raises:
        SetupError: There is no such scenario. The message names those that exist.
    """
    if choice.replay is not None or not choice.is_on:
        return None
    found: str = _scenario(choice).get("preset", "retail")
    return found


def _scenario(choice: SandboxSettings) -> dict[str, Any]:
    import yaml

    file = SCENARIOS / f"{choice.scenario}.yml"
    if not file.exists():
        known = ", ".join(sorted(found.stem for found in SCENARIOS.glob("*.yml")))
        raise SetupError(f"there is no scenario {choice.scenario!r}; there are: {known}")
    scenario: dict[str, Any] = yaml.safe_load(file.read_text())
    return scenario


class Sandbox:
    """The sandbox process of one home."""

    def __init__(self, home: Home, choice: SandboxSettings) -> None:
        self.home = home
        self.choice = choice

    @property
    def folder(self) -> Path:
        return self.home.folder / "sandbox"

    @property
    def service(self) -> processes.Service:
        """The sandbox as a service on its stored port."""
        running = processes.session_process(self.home, "sandbox") is not None
        port = self.home.port("sandbox", is_ours=running)
        words = ["sandbox", "--home", str(self.folder), "--port", str(port)]
        words += ["--scenario", self.choice.scenario]
        if self.choice.customers:
            words += ["--customers", str(self.choice.customers)]
        if self.choice.replay:
            words += ["--replay", self.choice.replay]
        environment = os.environ | {
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONUNBUFFERED": "1",
            settings.SANDBOX_CLIENT_ID.name: self.home.secrets["sandbox_client_id"],
            settings.SANDBOX_CLIENT_SECRET.name: self.home.secrets["sandbox_client_secret"],
        }
        return processes.Service("sandbox", processes.python(*words), environment)

    @property
    def base(self) -> str:
        return f"http://{LOOPBACK}:{self.home.remembered('ports', {}).get('sandbox', 0)}"

    def is_alive(self) -> bool:
        try:
            call("GET", f"{self.base}/sandbox/clock", seconds=5)
        except (AirflowRefusal, AirflowUnreachable):
            return False
        return True

    def calendar(self) -> Calendar:
        """Return the calendar of the scenario's file, or of a replay's records.

        Raises:
            AirflowUnreachable: A replay is not served yet.
        """
        if self.choice.replay is None:
            return calendar(self.choice)
        served = call("GET", f"{self.base}/sandbox", seconds=60)
        begins, now = (datetime.fromisoformat(served[name]) for name in ("begins", "now"))
        return Calendar(begins.date(), now)

    def clock(self) -> datetime:
        """Return sandbox time in UTC, after which the vendors have no records."""
        answer = call("GET", f"{self.base}/sandbox/clock", seconds=60)
        return datetime.fromisoformat(answer["now"]).astimezone(UTC)

    def set_clock(self, now: datetime) -> None:
        """Set sandbox time, so that the vendors answer as they would have then."""
        stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        call("POST", f"{self.base}/sandbox/clock", {"now": stamp}, seconds=60)

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connections of the served vendors in the form that Airflow's API expects.

        A vendor without records in a replay is not served.
        """
        account = {
            "conn_type": "http",
            "description": "sandbox",
            "login": self.home.secrets["sandbox_client_id"],
            "password": self.home.secrets["sandbox_client_secret"],
        }
        # On loopback a request that fails now would fail in a minute too.
        patience = {"patience": {"attempts": 3, "first_wait": 0.2}}
        served = call("GET", f"{self.base}/sandbox", seconds=60)["connections"]
        return {
            vendor: account | {"host": f"{self.base}/{vendor}", "extra": patience | extra}
            for vendor, extra in served.items()
        }
