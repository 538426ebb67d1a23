"""What needs a person: held and failed batches and builds, and the commands to look and to decide.

Commands work as they are printed. Rules, fields, counts and reasons are shown, never a value:
the rows themselves are for whoever has a login that reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console

from kindred.cli import run_ledger, status_ledger
from kindred.warehouse import quarantine, suspicions
from kindred.warehouse.connections import connect

ROWS_SHOWN = 20
SCORES = "scored_texts"


@dataclass(frozen=True)
class Failure:
    """The newest batch of a load, or the newest build, that failed, and why."""

    name: str
    batch_id: int | None
    build_id: int | None
    message: str | None

    def __str__(self) -> str:
        which = f"build {self.build_id}" if self.batch_id is None else f"batch {self.batch_id}"
        return f"{self.name}, {which}: {self.message or 'Airflow has the log of its task'}"


@dataclass(frozen=True)
class SuspiciousNight:
    """Nights of a load that were published empty or thin, and that nothing has confirmed yet."""

    load: str
    suspicion: str
    nights: int
    since: datetime
    through: datetime
    is_asked_again: bool

    def __str__(self) -> str:
        nights = f"{self.nights} night{'s' * (self.nights != 1)}"
        days = f"{self.since:%Y-%m-%d %H:%M} to {self.through:%Y-%m-%d %H:%M} UTC"
        goes_on = (
            "the next nights ask again"
            if self.is_asked_again
            else "no longer asked for: `kindred backfill` does"
        )
        return f"{self.load}, {nights}, {days}: {goes_on}"


def held(dsn: str) -> list[dict[str, Any]]:
    """Return what gates hold, with the reasons of its quarantine and the next commands."""
    stuck = status_ledger.held(dsn)
    batches = [one["batch_id"] for one in stuck if one["batch_id"] is not None]
    with connect(dsn) as conn:
        found = quarantine.reasons(conn, batches)
    for one in stuck:
        one["reasons"] = [str(reason) for reason in found if reason.batch_id == one["batch_id"]]
        one["look"] = list(_look(one))
        one["decide"] = list(_decide(one))
    return stuck


def failed(dsn: str) -> list[Failure]:
    """Return the failures that nothing has made good since."""
    found: list[Failure] = run_ledger.rows(
        dsn,
        Failure,
        """
        with newest as (
            select distinct on (load) load, batch_id, status, message
            from ops.loads
            where status <> 'superseded' and not is_backfill
            order by load, batch_id desc
        )
        select load as name, batch_id, null::bigint as build_id, message
        from newest
        where status = 'failed'
        union all
        select 'marts', null, build_id, message
        from ops.builds
        where status = 'failed' and build_id = (select max(build_id) from ops.builds)
        order by name
        """,
    )
    return found


def suspicious(dsn: str) -> list[SuspiciousNight]:
    """Return nights of the last four weeks that were published empty or thin, a line a load."""
    found: list[SuspiciousNight] = run_ledger.rows(
        dsn,
        SuspiciousNight,
        f"""
        with unconfirmed as ({suspicions.UNCONFIRMED}),
        newest as (select load, max(window_end) as night_end from ops.loads group by load),
        nights as (
            select
                unconfirmed.*,
                unconfirmed.night_end > newest.night_end - %(asked)s as is_asked_again
            from unconfirmed
            inner join newest on newest.load = unconfirmed.load
            where unconfirmed.night_end > newest.night_end - interval '28 days'
        )
        select
            load,
            suspicion,
            count(distinct night_end) as nights,
            min(night_start) as since,
            max(night_end) as through,
            is_asked_again
        from nights
        group by load, suspicion, is_asked_again
        order by load, suspicion, is_asked_again desc
        """,  # noqa: S608 -- no value goes into the text
        {"asked": suspicions.ASKED_AGAIN_FOR},
    )
    return found


def show(
    console: Console,
    stuck: list[dict[str, Any]],
    failures: list[dict[str, Any]],
    odd: list[dict[str, Any]],
) -> None:
    """Print odd nights, failures and what is held."""
    for one in odd:
        console.print(
            f"\n[bold]{one['suspicion'].upper()}[/bold] {SuspiciousNight(**one)}", soft_wrap=True
        )
    for failure in failures:
        console.print(f"\n[bold]FAILED[/bold] {Failure(**failure)}", soft_wrap=True)
    for one in stuck:
        which = f"batch {one['batch_id']}" if one["batch_id"] else f"build {one['build_id']}"
        console.print(f"\n[bold]HELD[/bold] {one['name']}, {which}")
        for line in _why(one):
            console.print(line, markup=False)
        for title, commands in (("look", one["look"]), ("decide", one["decide"])):
            for command in commands:
                console.print(f"  {title + ':':8}{command}", markup=False, soft_wrap=True)


def _why(one: dict[str, Any]) -> Iterator[str]:
    for rule in one["rules"]:
        rows = "" if rule["rows_failed"] is None else f", {rule['rows_failed']:,} rows"
        yield f"  {rule['rule']}: failed{rows} ({rule['suite']})"
        if rule["notes"]:
            yield f"    {rule['notes']}"
    for reason in one["reasons"]:
        yield f"  quarantined: {reason}"


def _look(one: dict[str, Any]) -> Iterator[str]:
    batch, build = one["batch_id"], one["build_id"]
    if batch is not None:
        if one["rows_landed"]:
            yield _query("loader", f"held.{one['name']} where _batch_id = {batch}")
        if one["reasons"]:
            yield _query("loader", f"quarantine.rows where batch_id = {batch}")
        return
    for suite in sorted({rule["suite"] for rule in one["rules"]}):
        if suite == SCORES:
            yield _query("transformer", f"scored.profiles where build_id = {build}")
        else:
            yield _query("transformer", f"build.{suite.removeprefix('mart_')}")


def _query(role: str, rows: str) -> str:
    return f'psql "$(kindred dsn --role {role})" -c "select * from {rows} limit {ROWS_SHOWN}"'  # noqa: S608 -- a person runs it


def _decide(one: dict[str, Any]) -> Iterator[str]:
    if one["batch_id"] is not None:
        yield f'kindred release {one["batch_id"]} --reason "why it may pass"'
        yield f"kindred replace {one['batch_id']}"
        return
    if any(rule["suite"] == SCORES for rule in one["rules"]):
        yield 'run refresh_marts in Airflow with {"accept_scores": "why they may pass"}'
    yield "clear the gate task of refresh_marts in Airflow once what the rule names is fixed"
