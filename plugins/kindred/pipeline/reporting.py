"""Check that a run's loads are published, and name those that are missing.

The check reads the ledger, not task states: a successful task can leave a load unpublished.
"""

from __future__ import annotations

from collections.abc import Sequence

from kindred.errors import KindredError
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

# A superseded batch's window is in a later batch; a skipped load's vendor is not connected.
SETTLED_WELL = ("published", "superseded", "skipped")


class Incomplete(KindredError):
    """Some loads of a run are not published, while the others are."""

    def __init__(self, source: str, missing: Sequence[str], asked: int) -> None:
        super().__init__(
            f"{source}: {len(missing)} of {asked} loads not published, the others are\n"
            + "\n".join(f"  {line}" for line in missing)
        )


def check(source: str, run_id: str, loads: Sequence[str], dsn: str) -> int:
    """Return how many of the requested loads are published.

    Raises:
        Incomplete: A load did not land, is held or could not be merged.
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
        return f"{load}: never requested: see the log of the land task"
    if status == "passed":
        return f"{load}: passed its gate but not merged: see the log of the publish task"
    return f"{load}: {status}" + (f": {message}" if message else "")
