"""Show a night while it runs: a live table on a terminal, plain lines elsewhere.

Both say the same: each task with its seconds, and each load with its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kindred.cli.airflow_runs import RunSnapshot, Task
from kindred.cli.run_ledger import BatchRow

STYLES = {
    "success": "green",
    "published": "green",
    "passed": "green",
    "running": "cyan",
    "landing": "cyan",
    "failed": "bold red",
    "held": "bold red",
    "upstream_failed": "red",
    "up_for_retry": "yellow",
}
SETTLED = {"published", "failed", "held", "skipped", "superseded"}


@contextmanager
def display(console: Console) -> Iterator[Callable[[RunSnapshot], None]]:
    """Yield a function that shows a snapshot of the night."""
    if not console.is_terminal:
        yield LinePrinter(console).update
        return
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        yield lambda snapshot: live.update(table(snapshot))


def table(snapshot: RunSnapshot) -> RenderableType:
    """Return the snapshot as two tables: tasks above, loads below."""
    tasks = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, side in (("task", "left"), ("state", "left"), ("seconds", "right")):
        tasks.add_column(name, justify="right" if side == "right" else "left")
    for task in snapshot.tasks:
        seconds = f"{task.seconds:.1f}" if task.seconds else ""
        tasks.add_row(_name(task), _state(task.state), seconds)
    if not snapshot.batches:
        return tasks
    loads = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    loads.add_column("load")
    loads.add_column("state")
    for name in ("landed", "quarantined", "published"):
        loads.add_column(name, justify="right")
    for batch in snapshot.batches:
        loads.add_row(batch.load, _state(batch.status), *_rows(batch))
    return Group(tasks, Text(), loads)


class LinePrinter:
    """One line for each task that ended and each load that settled, once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: set[tuple[str, ...]] = set()

    def update(self, snapshot: RunSnapshot) -> None:
        """Say what is new in the snapshot."""
        for task in snapshot.tasks:
            if task.has_ended or task.state == "up_for_retry":
                line = f"{_name(task):36} {task.state:16} {task.seconds:7.1f} s"
                self._say((*task.key, task.state, str(task.attempt)), line)
        for batch in snapshot.batches:
            if batch.status in SETTLED:
                landed, quarantined, published = _rows(batch)
                rows = f"landed {landed}, quarantined {quarantined}, published {published}"
                self._say(
                    (batch.load, batch.status, rows), f"  {batch.load:34} {batch.status:16} {rows}"
                )

    def _say(self, key: tuple[str, ...], line: str) -> None:
        if key not in self._said:
            self._said.add(key)
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def _name(task: Task) -> str:
    return f"{task.dag}.{task.name}"


def _state(state: str) -> Text:
    return Text(state.replace("_", " "), style=STYLES.get(state, "dim"))


def _rows(batch: BatchRow) -> tuple[str, str, str]:
    published = "-" if batch.rows_published is None else f"{batch.rows_published:,}"
    return f"{batch.rows_landed:,}", f"{batch.rows_quarantined:,}", published
