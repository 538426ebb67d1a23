"""Check the machine and every component, and name the fix for each problem.

Checks run from the bottom up. A check that depends on a broken component is skipped, so the first
broken line is the one to fix.
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

from kindred import settings
from kindred.cli import attention, held
from kindred.embedded import vendor_connections
from kindred.embedded.airflow_api import AirflowRefusal, AirflowUnreachable, call
from kindred.embedded.home import ROLES, Home, default_folder, is_free
from kindred.embedded.services import DAGS, Services
from kindred.errors import KindredError, SetupError
from kindred.sources import VENDORS
from kindred.warehouse import catalog, migrations
from kindred.warehouse.connections import connect

NEEDED_GIB = 3
STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red"}


@dataclass(frozen=True)
class Diagnosis:
    """The result of one check: what was checked, its state, and the fix."""

    check: str
    state: str  # ok, warning, broken
    detail: str
    fix: str = ""

    @property
    def is_broken(self) -> bool:
        return self.state == "broken"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def examine() -> list[Diagnosis]:
    """Run every check that can be run."""
    wrong = settings.problems()
    findings = [_python(), *(Diagnosis("setting", "broken", one) for one in wrong), _disk()]
    try:
        services = Services(Home.open())
    except SetupError as trouble:
        return [*findings, Diagnosis("home", "broken", str(trouble), "fix it and check again")]
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
        if finding.fix and finding.state != "ok":
            console.print(f"{'':31} fix: {finding.fix}", markup=False, soft_wrap=True)


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
    """Yield a line for each remembered port, with a warning if another program has taken it."""
    running = services.running()
    ours = {"airflow": running["api-server"]} | running
    for name, port in services.home.remembered("ports", {}).items():
        if is_free(port) or ours[name]:
            yield Diagnosis(f"port of {name}", "ok", str(port))
        else:
            fix = "`kindred up` takes another port; change it in BI tools that used this one"
            yield Diagnosis(f"port of {name}", "warning", f"another program uses {port} now", fix)


def _warehouse(services: Services) -> Iterator[Diagnosis]:
    """Yield checks of the tables and of each role's rights, and what is held or failed."""
    admin = services.postgres.dsn("admin")
    with connect(admin) as session:
        made = session.execute("select to_regclass('ops.loads') is not null").fetchone()
        if made != (True,):
            yield Diagnosis("warehouse", "broken", "has no tables", "`kindred migrate`")
            return
        yield _schema(session)
    for role in ROLES:
        yield _role(services, role)
    stuck = held.read(admin)
    if stuck:
        names = ", ".join(sorted({one["name"] for one in stuck}))
        yield Diagnosis("held", "warning", names, "`kindred status` names the rules")
    else:
        yield Diagnosis("held", "ok", "none")
    for failure in attention.failed(admin):
        yield Diagnosis("failed", "warning", str(failure), "`kindred status` shows the rest")


def _schema(session: psycopg.Connection) -> Diagnosis:
    """Return whether the warehouse has all migrations of this version, and no others."""
    try:
        lacking = migrations.lacking(session)
    except SetupError as trouble:
        return Diagnosis("schema", "broken", str(trouble))
    if lacking:
        return Diagnosis("schema", "broken", f"lacks {', '.join(lacking)}", "`kindred migrate`")
    return Diagnosis("schema", "ok", migrations.read()[-1].name)


def _role(services: Services, role: str) -> Diagnosis:
    """Return whether the role logs in, and whether the reader reads `marts` only."""
    name = f"role {role}"
    try:
        with connect(services.postgres.dsn(role)) as session:
            beyond = catalog.beyond_marts(session) if role == "reader" else None
    except (KindredError, psycopg.Error) as trouble:
        return Diagnosis(name, "broken", str(trouble), "`kindred up` and `kindred migrate`")
    if beyond is None:
        return Diagnosis(name, "ok", "logs in")
    if beyond.schemas:
        detail = f"can see {beyond.schemas}"
        return Diagnosis(name, "broken", detail, "`kindred migrate` sets grants")
    fix = "`kindred down`, then `kindred up`"
    if beyond.databases:
        return Diagnosis(name, "broken", f"can connect to {beyond.databases}", fix)
    if beyond.functions:
        return Diagnosis(name, "broken", "can take advisory locks or make large objects", fix)
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
            fix = f"`kindred down`, then `kindred up`; logs: {services.home.logs}"
            yield Diagnosis(f"Airflow {name}", "broken", state, fix)
    unknown = [dag for dag in DAGS if airflow.find(f"/dags/{dag}") is None]
    if unknown:
        detail = f"not read: {', '.join(unknown)}"
        yield Diagnosis("DAGs", "broken", detail, f"import errors: {airflow.base}")
    else:
        yield Diagnosis("DAGs", "ok", f"all {len(DAGS)} are known")
    for vendor in VENDORS:
        yield _vendor(vendor, airflow.find(f"/connections/{vendor}"))


def _vendor(vendor: str, found: dict[str, Any] | None) -> Diagnosis:
    """Return whether the vendor's host responds at all; only a night tests the login."""
    name = f"source {vendor}"
    if found is None:
        if f"AIRFLOW_CONN_{vendor.upper()}" in os.environ:
            return Diagnosis(name, "ok", "connection from the environment")
        fix = f"add an Airflow connection named {vendor}, or go on without it"
        return Diagnosis(name, "warning", "no connection: it is skipped", fix)
    owner = "sandbox" if found["description"] == vendor_connections.SANDBOX else "your own"
    host = found["host"] or ""
    base = host if "://" in host else f"https://{host}"
    where = f"{owner}, {urlsplit(base).hostname}"
    try:
        call("GET", base, seconds=5)
    except AirflowRefusal:
        return Diagnosis(name, "ok", f"{where} answers")
    except AirflowUnreachable as silence:
        # A response that is not JSON still shows a live host; a refused connection does not.
        if "JSONDecodeError" in str(silence):
            return Diagnosis(name, "ok", f"{where} answers")
        fix = "`kindred up`" if owner == "sandbox" else f"check the host of connection {vendor}"
        return Diagnosis(name, "broken", f"{where} does not answer", fix)
    return Diagnosis(name, "ok", f"{where} answers")
