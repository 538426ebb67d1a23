"""Print a plan: the runs, what there is of their days already, what cannot come, the price."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from kindred.cli.backfill.format import counts, duration, plural_days
from kindred.cli.backfill.plan import TASKS, BackfillPlan, SourcePlan
from kindred.cli.night import zone
from kindred.sources import BACKFILLS


def show(console: Console, plan: BackfillPlan) -> None:
    """Print the plan for a person."""
    days = plan.days
    console.print(
        f"Backfill of {days} ({plural_days(len(days))}, {zone().key}):"
        f" {days.start:%Y-%m-%d %H:%M} to {days.end:%Y-%m-%d %H:%M} UTC, a run for each day.\n",
        soft_wrap=True,
    )
    console.print(
        counts(
            ("source", "days", "first run", "run again", "left alone"),
            [(part.source, len(days), part.first, part.again, part.left) for part in plan.parts],
        )
    )
    for part in plan.parts:
        _note(console, part)
    console.print()
    console.print(
        counts(
            ("load", "windows", "published before", "never"),
            [
                (known.load, len(days), known.days_published, len(days) - known.days_published)
                for known in plan.loads
            ],
        )
    )
    fresh = [known.load for known in plan.loads if not known.has_cursor]
    if fresh:
        console.print(
            f"Never pulled: {', '.join(fresh)}; the next night takes the whole history.",
            soft_wrap=True,
        )
    console.print("\nWhat the vendors can bring:")
    limits = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for part in plan.parts:
        reach = f" Reaches {part.reach.days:,} days back." if part.reach.days else ""
        limits.add_row(part.vendor, f"{BACKFILLS[part.vendor]}{reach}")
    console.print(limits)
    console.print(f"\n{_cost(plan)}", soft_wrap=True)


def _note(console: Console, part: SourcePlan) -> None:
    if part.under_way is not None:
        began = part.under_way.created_at.astimezone(zone())
        console.print(
            f"{part.source}: under way since {began:%Y-%m-%d %H:%M}; what is left of it is followed"
        )
    if not part.reach.is_connected:
        console.print(
            f"{part.source}: Airflow has no connection named {part.vendor}: its runs will skip",
            soft_wrap=True,
        )


def _cost(plan: BackfillPlan) -> str:
    if not plan.runs:
        return "There is nothing to run."
    said = (
        f"{plan.runs:,} runs of {TASKS} tasks, {plan.at_once} at once a source,"
        " and then one refresh of the marts"
    )
    return f"{said}." if plan.seconds is None else f"{said}: very roughly {duration(plan.seconds)}."
