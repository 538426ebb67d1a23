"""Failures and suspicious nights: batches and builds that need a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console

from kindred.warehouse import suspicions
from kindred.warehouse.connections import fetch_rows


@dataclass(frozen=True)
class Failure:
    """The newest batch of a load, or the newest build, if it failed, with its message."""

    name: str
    batch_id: int | None
    build_id: int | None
    message: str | None

    def __str__(self) -> str:
        which = f"build {self.build_id}" if self.batch_id is None else f"batch {self.batch_id}"
        return f"{self.name}, {which}: {self.message or 'see the log of its task in Airflow'}"


@dataclass(frozen=True)
class SuspiciousNight:
    """Nights of a load that were published empty or thin and are not confirmed yet."""

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
            "the next nights extract them again"
            if self.is_asked_again
            else "no longer extracted again: use `kindred backfill`"
        )
        return f"{self.load}, {nights}, {days}: {goes_on}"


def failed(dsn: str) -> list[Failure]:
    """Return the failures that no later batch or build has repaired."""
    found: list[Failure] = fetch_rows(
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
    """Return unconfirmed empty or thin nights of the last four weeks, grouped by load."""
    found: list[SuspiciousNight] = fetch_rows(
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
    failures: list[dict[str, Any]],
    odd: list[dict[str, Any]],
) -> None:
    """Print suspicious nights and failures."""
    for one in odd:
        console.print(
            f"\n[bold]{one['suspicion'].upper()}[/bold] {SuspiciousNight(**one)}", soft_wrap=True
        )
    for failure in failures:
        console.print(f"\n[bold]FAILED[/bold] {Failure(**failure)}", soft_wrap=True)
