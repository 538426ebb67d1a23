"""The status: what runs, how fresh each load is, what failed or is held and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from kindred.cli import attention, deletions, held, status_ledger
from kindred.embedded.services import Services
from kindred.sources import source_of

NAMED = 5  # ids shown of a long list: enough to see what they have in common


def read(services: Services) -> dict[str, Any]:
    """Gather the status; the warehouse's part is empty while Postgres is down."""
    running = services.running()
    found: dict[str, Any] = {
        "home": str(services.home.folder),
        "ui": services.airflow.base,
        "services": running,
        "freshness": [],
        "linked": {},
        "held": [],
        "failed": [],
        "suspicious": [],
        "unanswered": [],
        "last_publication": None,
        "text_models": None,
        "compared_through": {},
        "due": [],
    }
    if running["postgres"]:
        dsn = services.postgres.dsn("admin")
        found["freshness"] = [asdict(entry) for entry in status_ledger.freshness(dsn)]
        found["linked"] = status_ledger.linked(services.postgres.dsn("reader"))
        found["held"] = held.read(dsn)
        found["failed"] = [asdict(failure) for failure in attention.failed(dsn)]
        found["suspicious"] = [asdict(odd) for odd in attention.suspicious(dsn)]
        found["unanswered"] = [asdict(entry) for entry in status_ledger.unanswered(dsn)]
        publication = status_ledger.last_publication(dsn)
        found["last_publication"] = asdict(publication) if publication else None
        models = status_ledger.text_models(dsn)
        found["text_models"] = asdict(models) if models else None
        found["compared_through"] = deletions.compared_through(dsn)
        found["due"] = deletions.due(dsn)
    return found


def show(found: dict[str, Any]) -> None:
    """Print the status."""
    console = Console(highlight=False)
    services = found["services"]
    stopped = [name for name, runs in services.items() if not runs]
    console.print(f"Running   {', '.join(name for name, runs in services.items() if runs) or '-'}")
    if stopped:
        console.print(f"Stopped   {', '.join(stopped)}  (`kindred up` starts them)")
    if services["api-server"]:
        console.print(f"Airflow   {found['ui']}")
    publication = found["last_publication"]
    if publication:
        console.print(
            f"Marts     published {_moment(publication['published_at'])}, "
            f"data through {_moment(publication['data_through'])}"
        )
    if found["text_models"]:
        console.print(f"Texts     {text_models_line(found['text_models'])}")
    if found["freshness"]:
        console.print()
        console.print(_freshness(found["freshness"], found["linked"]))
        console.print(f"\nDeletions {deletions_line(found['compared_through'])}", soft_wrap=True)
    for line in found["due"]:
        console.print(f"[bold]DUE[/bold]       {line}", soft_wrap=True)
    for entry in found["unanswered"]:
        console.print(f"\n{unanswered_line(entry)}", markup=False)
    attention.show(console, found["failed"], found["suspicious"])
    held.show(console, found["held"])


def unanswered_line(entry: dict[str, Any]) -> str:
    """Return a line with the number of ids that the vendor did not return, and the first few."""
    ids = entry["ids"]
    more = ", …" if len(ids) > NAMED else ""
    return (
        f"{entry['load']}: {len(ids):,} not returned by the vendor, requested again the next night:"
        f" {', '.join(ids[:NAMED])}{more}"
    )


def text_models_line(models: dict[str, Any]) -> str:
    """Return a line with the model whose scores the marts use, and the progress of the next."""
    said = f"scored by {models['in_use']}"
    if models["reading"]:
        said += (
            f"; {models['reading']} takes over when it has read {models['texts_left']:,} more,"
            f" and {models['texts_waiting']:,} new texts wait for it"
        )
    return said


def deletions_line(compared_through: dict[str, datetime | None]) -> str:
    """Return a line with the day through which each source was compared with its vendor.

    Loads are named instead of their source where their days differ.
    """
    alike: dict[datetime | None, list[str]] = {}
    for source, loads in groupby(compared_through, source_of):
        names = list(loads)
        for through in {compared_through[name]: None for name in names}:
            mine = [name for name in names if compared_through[name] == through]
            alike.setdefault(through, []).extend([source] if mine == names else mine)
    return "; ".join(
        f"{', '.join(names)} "
        + (f"compared through {through:%Y-%m-%d}" if through else "never compared")
        for through, names in alike.items()
    )


def _freshness(entries: list[dict[str, Any]], linked: dict[str, tuple[int, int]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("load", "data through UTC", "published UTC", "held", "linked"):
        table.add_column(name)
    for entry in entries:
        moments = (_short(entry["through"]), _short(entry["published_at"]))
        share = _share(*linked[entry["load"]]) if entry["load"] in linked else ""
        table.add_row(entry["load"], *moments, str(entry["held"]), share)
    return table


def _share(linked: int, rows: int) -> str:
    """Return the share of the last 28 days' records that belong to a customer."""
    return f"{linked / rows:.0%}"


def _moment(moment: Any) -> str:
    return f"{_short(moment)} UTC" if moment else "never"


def _short(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
