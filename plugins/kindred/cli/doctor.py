"""Check the machine and every part, and say for each what mends it.

Checks go from the ground up, and one that stands on a broken one is left out, so that the first
line that is broken is the one to mend.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
from rich.console import Console
from rich.markup import escape

from kindred.cli import attention, status_ledger
from kindred.embedded import vendor_connections
from kindred.embedded.airflow_api import AirflowRefusal, AirflowUnreachable, call
from kindred.embedded.home import ROLES, Home, default_folder, is_free
from kindred.embedded.services import DAGS, Services
from kindred.errors import KindredError, SetupError
from kindred.warehouse.connections import connect

NEEDED_GIB = 3
# Schemas, databases and functions that are not for whoever asks.
TOO_MUCH = """
    select
        (
            select coalesce(string_agg(nspname, ', ' order by nspname), '')
            from pg_namespace
            where nspname !~ '^(pg_|information_schema$|marts$|public$)'
                and has_schema_privilege(oid, 'usage')
        ),
        (
            select coalesce(string_agg(datname, ', ' order by datname), '')
            from pg_database
            where datname <> current_database() and has_database_privilege(oid, 'connect')
                and datallowconn
        ),
        (
            select count(*)
            from pg_proc
            where pronamespace = 'pg_catalog'::regnamespace
                and proname ~ '^(pg_(try_)?advisory_|lo_|loread$|lowrite$)'
                and has_function_privilege(oid, 'execute')
        )
    """
STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red"}


@dataclass(frozen=True)
class Diagnosis:
    """One check: what was looked at, how it stands, and what mends it."""

    check: str
    state: str  # ok, warning, broken
    detail: str
    mend: str = ""

    @property
    def is_broken(self) -> bool:
        return self.state == "broken"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def examine() -> list[Diagnosis]:
    """Run every check that can be run."""
    findings = [_python(), _disk()]
    try:
        services = Services(Home.open())
    except SetupError as trouble:
        return [*findings, Diagnosis("home", "broken", str(trouble), "mend it and ask again")]
    findings.append(Diagnosis("home", "ok", str(services.home.folder)))
    findings += _ports(services)
    if services.postgres.is_alive():
        findings += [Diagnosis("Postgres", "ok", f"answers on port {services.postgres.port}")]
        findings += _warehouse(services)
    else:
        findings.append(Diagnosis("Postgres", "broken", "does not answer", "`kindred up`"))
    return [*findings, *_airflow(services)]


def show(findings: list[Diagnosis]) -> None:
    """Print the findings for a person."""
    console = Console(highlight=False)
    for finding in findings:
        style = STYLES[finding.state]
        line = f"[{style}]{finding.state:8}[/] {finding.check:22} {escape(finding.detail)}"
        console.print(line, soft_wrap=True)
        if finding.mend and finding.state != "ok":
            console.print(f"{'':31} mend: {finding.mend}", markup=False, soft_wrap=True)


def _python() -> Diagnosis:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Diagnosis("Python", "ok", version)
    return Diagnosis("Python", "broken", version, "make install PYTHON=/path/to/python3.12")


def _disk() -> Diagnosis:
    place = default_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 2**30
    detail = f"{free:.1f} GiB free at {place}"
    if free >= NEEDED_GIB:
        return Diagnosis("disk", "ok", detail)
    return Diagnosis(
        "disk", "broken", detail, f"free {NEEDED_GIB} GiB, or set KINDRED_HOME elsewhere"
    )


def _ports(services: Services) -> Iterator[Diagnosis]:
    """A remembered port that somebody else took; the next start takes another."""
    running = services.running()
    ours = {"airflow": running["api-server"]} | running
    for name, port in services.home.remembered("ports", {}).items():
        if is_free(port) or ours[name]:
            yield Diagnosis(f"port of {name}", "ok", str(port))
        else:
            mend = "`kindred up` takes another port; tell BI tools that used this one"
            yield Diagnosis(f"port of {name}", "warning", f"{port} is somebody else's now", mend)


def _warehouse(services: Services) -> Iterator[Diagnosis]:
    """Roles can do what they are for and no more; nothing is held."""
    admin = services.postgres.dsn("admin")
    with connect(admin) as session:
        made = session.execute("select to_regclass('ops.loads') is not null").fetchone()
    if made != (True,):
        yield Diagnosis("warehouse", "broken", "has no tables", "`kindred migrate`")
        return
    for role in ROLES:
        yield _role(services, role)
    held = status_ledger.held(admin)
    if held:
        names = ", ".join(sorted({stuck["name"] for stuck in held}))
        yield Diagnosis("held", "warning", names, "`kindred status` names the rules")
    else:
        yield Diagnosis("held", "ok", "none")
    for failure in attention.failed(admin):
        yield Diagnosis("failed", "warning", str(failure), "`kindred status` shows the rest")


def _role(services: Services, role: str) -> Diagnosis:
    """The role logs in; the reader sees `marts` and can stand in nobody's way."""
    name = f"role {role}"
    try:
        with connect(services.postgres.dsn(role)) as session:
            found = session.execute(TOO_MUCH).fetchone() if role == "reader" else None
    except (KindredError, psycopg.Error) as trouble:
        return Diagnosis(name, "broken", str(trouble), "`kindred up` and `kindred migrate`")
    schemas, databases, functions = found or ("", "", 0)
    if schemas:
        return Diagnosis(name, "broken", f"can see {schemas}", "`kindred migrate` sets grants")
    mend = "`kindred down`, then `kindred up`"
    if databases:
        return Diagnosis(name, "broken", f"can connect to {databases}", mend)
    if functions:
        return Diagnosis(name, "broken", "can take advisory locks or make large objects", mend)
    return Diagnosis(name, "ok", "logs in")


def _airflow(services: Services) -> Iterator[Diagnosis]:
    airflow = services.airflow
    if not airflow.is_alive():
        log = services.home.logs / "api-server.log"
        yield Diagnosis("Airflow", "broken", "does not answer", f"`kindred up`; its log: {log}")
        return
    yield Diagnosis("Airflow", "ok", airflow.base)
    for name, state in airflow.health().items():
        if name == "metadatabase" or state in ("healthy", "unknown"):
            yield Diagnosis(f"Airflow {name}", "ok", state)
        else:
            mend = f"`kindred down`, then `kindred up`; logs: {services.home.logs}"
            yield Diagnosis(f"Airflow {name}", "broken", state, mend)
    unknown = [dag for dag in DAGS if airflow.find(f"/dags/{dag}") is None]
    if unknown:
        detail = f"not read: {', '.join(unknown)}"
        yield Diagnosis("DAGs", "broken", detail, f"import errors: {airflow.base}")
    else:
        yield Diagnosis("DAGs", "ok", f"all {len(DAGS)} are known")
    for vendor in vendor_connections.VENDORS:
        yield _vendor(vendor, airflow.find(f"/connections/{vendor}"))


def _vendor(vendor: str, found: dict[str, Any] | None) -> Diagnosis:
    """Whether the vendor's host answers anything at all; logins are the night's to try."""
    name = f"source {vendor}"
    if found is None:
        if f"AIRFLOW_CONN_{vendor.upper()}" in os.environ:
            return Diagnosis(name, "ok", "connection from the environment")
        mend = f"add an Airflow connection named {vendor}, or go on without it"
        return Diagnosis(name, "warning", "no connection: it is skipped", mend)
    owner = "sandbox" if found["description"] == vendor_connections.SANDBOX else "your own"
    host = found["host"] or ""
    base = host if "://" in host else f"https://{host}"
    where = f"{owner}, {urlsplit(base).hostname}"
    try:
        call("GET", base, seconds=5)
    except AirflowRefusal:
        return Diagnosis(name, "ok", f"{where} answers")
    except AirflowUnreachable as silence:
        # An answer that is no JSON is an answer; a refused connection is not.
        if "JSONDecodeError" in str(silence):
            return Diagnosis(name, "ok", f"{where} answers")
        mend = "`kindred up`" if owner == "sandbox" else f"check the host of connection {vendor}"
        return Diagnosis(name, "broken", f"{where} does not answer", mend)
    return Diagnosis(name, "ok", f"{where} answers")
