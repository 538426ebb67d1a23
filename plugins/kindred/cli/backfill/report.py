"""Report how a backfill ended: what it changed, what failed and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from kindred.cli.backfill import airflow_backfills, backfill_ledger
from kindred.cli.backfill.plan import command
from kindred.cli.business_days import Days
from kindred.cli.formatting import counts, duration, plural_days
from kindred.sources import SOURCES
from kindred.warehouse.ledger import UNSETTLED

if TYPE_CHECKING:
    from rich.console import Console

    from kindred.cli.backfill.airflow_backfills import Backfill
    from kindred.cli.backfill.backfill_ledger import BatchCounts, BuildResult
    from kindred.cli.backfill.plan import BackfillPlan
    from kindred.cli.backfill.watch import BackfillSnapshot
    from kindred.embedded.services import Services


@dataclass(frozen=True)
class _Ended:
    """The outcome of one source's runs: counts for each load, and the starts of failed days."""

    source: str
    outcomes: list[BatchCounts]
    failed: list[datetime]


def report(
    console: Console, services: Services, backfills: list[Backfill], snapshot: BackfillSnapshot
) -> bool:
    """Print what changed, and each failure with its next step; return whether all went well."""
    dsn = services.postgres.dsn("admin")
    since = min(backfill.created_at for backfill in backfills)
    ended = [_ended(services, backfill, since) for backfill in backfills]
    outcomes = [outcome for each in ended for outcome in each.outcomes]
    console.print()
    console.print(_loads(outcomes))
    console.print(f"\n{_marts(backfill_ledger.builds(dsn, since))}", soft_wrap=True)
    for outcome in outcomes:
        if outcome.failed:
            reason = outcome.message or "its task did not end; see its log in Airflow"
            typer.echo(f"FAILED  {outcome.load}, {plural_days(outcome.failed)}: {reason}", err=True)
        if outcome.held:
            typer.echo(f"HELD    {outcome.load}, {plural_days(outcome.held)}", err=True)
    not_built = [task for task in snapshot.tasks if task.state == "failed"]
    for task in not_built:
        page = f"{services.airflow.base}/dags/{task.dag}/runs/{task.run_id}/tasks/{task.name}"
        typer.echo(f"FAILED  {task.dag}.{task.name}: its log is at {page}", err=True)
    failed = [each for each in ended if each.failed]
    if failed:
        typer.echo(f"Next: fix it, then `{_again(failed)}`.", err=True)
    is_held = any(outcome.held for outcome in outcomes) or bool(not_built)
    if is_held:
        typer.echo("Next: `kindred status` names the rule that holds something.", err=True)
    return not (failed or is_held)


def _ended(services: Services, backfill: Backfill, since: datetime) -> _Ended:
    dsn = services.postgres.dsn("admin")
    source = backfill.dag.removeprefix("ingest_")
    loads = [load.name for load in SOURCES[source]]
    runs = list(
        airflow_backfills.runs(services.airflow, backfill.dag, backfill.days, run_type="backfill")
    )
    names = [run.run_id for run in runs]
    lost = backfill_ledger.runs_with(dsn, loads, names, *UNSETTLED)
    held = backfill_ledger.runs_with(dsn, loads, names, "held")
    failed = [
        run.start
        for run in runs
        # Running a held batch again would hold it again.
        if run.run_id in lost or (run.state == "failed" and run.run_id not in held)
    ]
    return _Ended(source, backfill_ledger.outcomes(dsn, loads, names, since), failed)


def _again(failed: list[_Ended]) -> str:
    moments = [moment for each in failed for moment in each.failed]
    days = Days.between(min(moments), max(moments))
    return command(days, [each.source for each in failed], only_failed=True)


def left_running(services: Services, plan: BackfillPlan) -> str:
    """Return how to resume following a backfill that continues in Airflow."""
    again = command(plan.days, [part.source for part in plan.parts], only_failed=plan.only_failed)
    pages = "".join(f"\n  {services.airflow.base}/dags/{part.dag}" for part in plan.parts)
    return (
        f"\nIt goes on in Airflow; pause or cancel it there:{pages}\nTo follow it again: `{again}`"
    )


def _loads(outcomes: list[BatchCounts]) -> object:
    return counts(
        ("load", "days", "landed", "changed", "quarantined", "held", "failed"),
        [
            (
                outcome.load,
                outcome.published,
                outcome.rows_landed,
                outcome.rows_changed,
                outcome.rows_quarantined,
                outcome.held,
                outcome.failed,
            )
            for outcome in outcomes
        ],
    )


def _marts(builds: list[BuildResult]) -> str:
    published = [built for built in builds if built.status == "published"]
    if not builds:
        return "Nothing changed, so the marts are as they were."
    if not published:
        return f"The marts were not published: build {builds[-1].build_id} is {builds[-1].status}."
    customers = sum(built.customers or 0 for built in published)
    months = sum(built.customer_months or 0 for built in published)
    seconds = sum(built.seconds for built in published)
    times = "once" if len(published) == 1 else f"{len(published):,} times"
    return (
        f"The marts were rebuilt {times}, in {duration(seconds)}: {months:,} months of"
        f" {customers:,} customers."
    )
