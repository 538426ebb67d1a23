"""What became of a run's loads: whatever is not published is missing, and named.

The ledger is asked and no task's state: a task that went well can leave a load behind.
"""

from __future__ import annotations

from collections.abc import Sequence

from kindred.errors import KindredError
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

# A later batch has asked for all of what is superseded; nobody has connected what is skipped.
SETTLED_WELL = ("published", "superseded", "skipped")


class Incomplete(KindredError):
    """Loads of a run that are not published; the others are."""

    def __init__(self, source: str, missing: Sequence[str], asked: int) -> None:
        super().__init__(
            f"{source}: {len(missing)} of {asked} loads not published, the others are\n"
            + "\n".join(f"  {line}" for line in missing)
        )


def check(source: str, run_id: str, loads: Sequence[str], dsn: str) -> int:
    """Return how many of the loads that a run asks for are published.

    Raises:
        Incomplete: one did not land, is held or could not be merged.
    """
    with connect(dsn) as conn:
        found = ledger.newest(conn, run_id, loads)
    missing = [
        _missing(load, *found.get(load, (None, None)))
        for load in loads
        if found.get(load, (None, None))[0] not in SETTLED_WELL
    ]
    if missing:
        raise Incomplete(source, missing, len(loads))
    return sum(status == "published" for status, _ in found.values())


def _missing(load: str, status: str | None, message: str | None) -> str:
    if status is None:
        return f"{load}: never asked for, the log of the land task says why"
    if status == "passed":
        return f"{load}: passed its gate but not merged, the log of the publish task says why"
    return f"{load}: {status}" + (f": {message}" if message else "")
