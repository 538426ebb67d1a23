"""Every environment variable of Kindred's own: its type, its default, and what it is for.

A setting is read when it is asked for, so whoever starts a process may still change it. Empty means
not set, because docker-compose passes on what `docker/.env` leaves empty. A value that cannot be
read raises SetupError, which names the variable and what it takes, and quotes no secret.

dbt, docker-compose and the sandbox read some of these without Python;
`tests/unit/test_settings.py` compares their names and defaults with this list, and
`docs/settings.md` too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from kindred.errors import SetupError

T = TypeVar("T")

# pipeline: for every night, wherever it runs. machine: for `kindred` on one machine. deployment:
# for docker-compose. internal: Kindred writes it for a program that it starts.
Scope = Literal["pipeline", "machine", "deployment", "internal"]


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[T]):
    """One environment variable.

    Args:
        read: makes the value of the text, "" where the variable is not set and has no default;
            raises ValueError of what it cannot read.
        form: what the text looks like, with its unit.
        unset: what holds without the variable where that is no text of its form.
    """

    name: str
    scope: Scope
    read: Callable[[str], T]
    form: str
    meaning: str
    default: str = ""
    unset: str = "none"
    is_secret: bool = False

    def get(self) -> T:
        """Return the value as the environment has it now.

        Raises:
            SetupError: the text cannot be read.
        """
        text = os.environ.get(self.name) or self.default
        try:
            return self.read(text)
        except (ValueError, OverflowError):
            got = "what it is now, a secret, is not" if self.is_secret else f"got {text!r}"
            raise SetupError(
                f"{self.name} is {self.form}, {got}: correct it, or leave it empty"
                f" ({self.otherwise})"
            ) from None

    @property
    def otherwise(self) -> str:
        """What holds where the variable is empty or not set."""
        return self.default or self.unset


def problems() -> list[str]:
    """Return, for each setting that cannot be read, what reading it raises."""
    found = []
    for setting in SETTINGS:
        try:
            setting.get()
        except SetupError as problem:
            found.append(str(problem))
    return found


def check() -> None:
    """Refuse settings that cannot be read, before tasks start that need them.

    Raises:
        SetupError: says of each what is wrong.
    """
    if found := problems():
        raise SetupError("; ".join(found))


def _optional(read: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: read(text) if text else None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (isfinite(seconds) and seconds >= 0):
        raise ValueError
    return seconds


def _delay(text: str) -> timedelta:
    return timedelta(seconds=_seconds(text))


def _days(text: str) -> timedelta:
    return timedelta(days=_seconds(text))


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _port(text: str) -> int:
    port = _count(text)
    if port > 65535:
        raise ValueError
    return port


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, OSError):  # no such zone; a folder of zones, such as Europe
        raise ValueError from None


def _cron(text: str) -> str:
    """Check the shape; Airflow checks the ranges."""
    if re.fullmatch(r"@[a-z]+|[\w*/,#?-]+(\s+[\w*/,#?-]+){4,5}", text) is None:
        raise ValueError
    return text


def _region(text: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS  # slow to import, and seldom needed

    if text not in SUPPORTED_REGIONS:
        raise ValueError
    return text


def _clock(text: str) -> str:
    if text not in ("", "sandbox"):
        raise ValueError
    return text


SECONDS = "a number of seconds like 300"
FOLDER = "a folder"
PASSWORD = "a password"  # noqa: S105 -- the word

HOME = Setting(
    name="KINDRED_HOME",
    scope="machine",
    read=_optional(Path),
    form=FOLDER,
    unset="`.kindred` in the repository; for tasks without it, `/tmp/kindred`",
    meaning="Where everything of a one-machine run lies; tasks keep dbt's parsed project in it.",
)
TIME_ZONE = Setting(
    name="KINDRED_TIME_ZONE",
    scope="pipeline",
    read=_zone,
    form="a time zone like Europe/Berlin",
    default="UTC",
    meaning="The one time zone that business days and months are in.",
)
SCHEDULE = Setting(
    name="KINDRED_SCHEDULE",
    scope="pipeline",
    read=_cron,
    form="cron like 0 2 * * *, in the time zone",
    default="0 0 * * *",
    meaning="When the ingests of a night start.",
)
HISTORY_START = Setting(
    name="KINDRED_HISTORY_START",
    scope="pipeline",
    read=_optional(date.fromisoformat),
    form="a day like 2025-01-01",
    unset="24 whole months back",
    meaning="The first day that the first night asks for.",
)
PRESET = Setting(
    name="KINDRED_PRESET",
    scope="pipeline",
    read=str,
    form="a folder of `dbt_project/seeds/presets`",
    default="retail",
    meaning="The industry whose numbers dbt takes; the sandbox's scenario brings its own.",
)
PHONE_REGION = Setting(
    name="KINDRED_PHONE_REGION",
    scope="pipeline",
    read=_optional(_region),
    form="a country's two capital letters like GB",
    meaning="Of which country a phone number without a country code is; without it, of none.",
)
SETTLE_SECONDS = Setting(
    name="KINDRED_SETTLE_SECONDS",
    scope="pipeline",
    read=_seconds,
    form=SECONDS,
    default="300",
    meaning="How long a refresh of the marts waits while runs of ingests stand still.",
)
BACKFILL_SECONDS = Setting(
    name="KINDRED_BACKFILL_SECONDS",
    scope="pipeline",
    read=_seconds,
    form=SECONDS,
    default="3600",
    meaning="How long a refresh of the marts waits for runs of ingests in all.",
)
RESCORE_SECONDS = Setting(
    name="KINDRED_RESCORE_SECONDS",
    scope="pipeline",
    read=_seconds,
    form=SECONDS,
    default="600",
    meaning="How long a night may read history again for a new scoring model.",
)
RECONCILE_SCHEDULE = Setting(
    name="KINDRED_RECONCILE_SCHEDULE",
    scope="pipeline",
    read=_cron,
    form="cron like 0 2 * * *, in the time zone",
    default="0 6 * * *",
    meaning="When the loads whose comparison is due are compared with their vendors' ids.",
)
RECONCILE_DAYS = Setting(
    name="KINDRED_RECONCILE_DAYS",
    scope="pipeline",
    read=_days,
    form="a number of days like 7",
    default="7",
    meaning="How long a comparison lasts.",
)
RECONCILE_PAGES = Setting(
    name="KINDRED_RECONCILE_PAGES",
    scope="pipeline",
    read=_count,
    form="a number of pages like 1000",
    default="1000",
    meaning="How many pages of ids one run asks of a load; the next goes on from there.",
)
RETRY_SECONDS = Setting(
    name="KINDRED_RETRY_SECONDS",
    scope="pipeline",
    read=_delay,
    form=SECONDS,
    default="60",
    meaning="How long after a failure Airflow tries a task again; doubled the second time.",
)
DBT_THREADS = Setting(
    name="KINDRED_DBT_THREADS",
    scope="pipeline",
    read=_count,
    form="a number of threads like 2",
    default="2",
    meaning="How many models dbt builds at a time.",
)
CLOCK = Setting(
    name="KINDRED_CLOCK",
    scope="pipeline",
    read=_clock,
    form="`sandbox` or empty",
    unset="the wall clock",
    meaning="With `sandbox` no night starts by itself, because the sandbox has its own calendar.",
)
EXPECTATIONS = Setting(
    name="KINDRED_EXPECTATIONS",
    scope="machine",
    read=_optional(Path),
    form=FOLDER,
    unset="`expectations` in the repository",
    meaning="The suites that gate loads and marts.",
)
DAGS = Setting(
    name="KINDRED_DAGS",
    scope="machine",
    read=_optional(Path),
    form=FOLDER,
    unset="`dags` in the repository",
    meaning="The DAG files that Airflow reads.",
)

SCENARIO = Setting(
    name="KINDRED_SCENARIO",
    scope="deployment",
    read=str,
    form="a file of `sandbox/scenarios`, without `.yml`",
    default="retailer",
    meaning="The sandbox's population.",
)
UI_PORT = Setting(
    name="KINDRED_UI_PORT",
    scope="deployment",
    read=_port,
    form="a port",
    default="8080",
    meaning="Where Airflow's UI listens on the loopback interface.",
)
UI_PASSWORD = Setting(
    name="KINDRED_UI_PASSWORD",
    scope="deployment",
    read=str,
    form=PASSWORD,
    is_secret=True,
    meaning="The login of `kindred` in Airflow's UI.",
)
ROLE_PASSWORDS = tuple(
    Setting(
        name=f"KINDRED_{role.upper()}_PASSWORD",
        scope="deployment",
        read=str,
        form=PASSWORD,
        is_secret=True,
        meaning=f"The login of `kindred_{role}` in the warehouse: {work}.",
    )
    for role, work in (
        ("admin", "tables and grants"),
        ("loader", "landing, gates and raw"),
        ("publisher", "the marts"),
        ("reader", "a BI tool, which sees the schema `marts` only"),
    )
)
ADMIN_DSN = Setting(
    name="KINDRED_ADMIN_DSN",
    scope="deployment",
    read=str,
    form="a connection string",
    unset="the warehouse of this machine",
    is_secret=True,
    meaning="The warehouse that `kindred migrate` brings up to date, as `kindred_admin`.",
)
HEALTH_URL = Setting(
    name="KINDRED_HEALTH_URL",
    scope="deployment",
    read=str,
    form="an address",
    default="http://api-server:8080/api/v2/monitor/health",
    meaning="Where the containers' health checks ask Airflow.",
)
PLATFORM_SQL = Setting(
    name="KINDRED_PLATFORM_SQL",
    scope="deployment",
    read=str,
    form="a file",
    default="/kindred/platform.sql",
    meaning="What limits readers, as Postgres's first start executes it.",
)

TRANSFORMER_PASSWORD = Setting(
    name="KINDRED_TRANSFORMER_PASSWORD",
    scope="deployment",
    read=str,
    form=PASSWORD,
    is_secret=True,
    meaning="The login of `kindred_transformer` in the warehouse: dbt. Kindred sets it for dbt.",
)
TRANSFORMER_HOST = Setting(
    name="KINDRED_TRANSFORMER_HOST",
    scope="internal",
    read=str,
    form="a host",
    meaning="The warehouse, for dbt.",
)
TRANSFORMER_PORT = Setting(
    name="KINDRED_TRANSFORMER_PORT",
    scope="internal",
    read=_optional(_port),
    form="a port",
    meaning="The warehouse's port, for dbt.",
)
TRANSFORMER_USER = Setting(
    name="KINDRED_TRANSFORMER_USER",
    scope="internal",
    read=str,
    form="a role",
    meaning="The role that dbt logs in as.",
)
TRANSFORMER_DATABASE = Setting(
    name="KINDRED_TRANSFORMER_DATABASE",
    scope="internal",
    read=str,
    form="a database",
    meaning="The warehouse's database, for dbt.",
)
ENTITIES = Setting(
    name="KINDRED_ENTITIES",
    scope="internal",
    read=str,
    form="JSON",
    meaning="The staging models of each entity, for dbt.",
)
BUILD_ID = Setting(
    name="KINDRED_BUILD_ID",
    scope="internal",
    read=_optional(_count),
    form="a build's number",
    meaning="The build that dbt works for; empty where dbt is run by hand.",
)
GATE_DSN = Setting(
    name="KINDRED_GATE_DSN",
    scope="internal",
    read=str,
    form="a connection string",
    is_secret=True,
    meaning="What a gate reads, for Great Expectations while it runs.",
)
SANDBOX_CLIENT_ID = Setting(
    name="KINDRED_SANDBOX_CLIENT_ID",
    scope="internal",
    read=str,
    form="a client id",
    meaning="Whom the sandbox's vendors let in.",
)
SANDBOX_CLIENT_SECRET = Setting(
    name="KINDRED_SANDBOX_CLIENT_SECRET",
    scope="deployment",
    read=str,
    form=PASSWORD,
    is_secret=True,
    meaning="What the sandbox's vendors ask for. On one machine Kindred draws it.",
)

SETTINGS: tuple[Setting[Any], ...] = (
    TIME_ZONE,
    SCHEDULE,
    HISTORY_START,
    PRESET,
    PHONE_REGION,
    SETTLE_SECONDS,
    BACKFILL_SECONDS,
    RESCORE_SECONDS,
    RECONCILE_SCHEDULE,
    RECONCILE_DAYS,
    RECONCILE_PAGES,
    RETRY_SECONDS,
    DBT_THREADS,
    CLOCK,
    HOME,
    EXPECTATIONS,
    DAGS,
    UI_PORT,
    SCENARIO,
    *ROLE_PASSWORDS,
    TRANSFORMER_PASSWORD,
    UI_PASSWORD,
    SANDBOX_CLIENT_SECRET,
    ADMIN_DSN,
    HEALTH_URL,
    PLATFORM_SQL,
    TRANSFORMER_HOST,
    TRANSFORMER_PORT,
    TRANSFORMER_USER,
    TRANSFORMER_DATABASE,
    ENTITIES,
    BUILD_ID,
    GATE_DSN,
    SANDBOX_CLIENT_ID,
)
