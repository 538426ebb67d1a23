"""The three sources and the loads of each: what the night pulls, in one list."""

from kindred.loads import Load
from kindred.sources import genesys, mastodon, salesforce

SOURCES: dict[str, tuple[Load, ...]] = {
    "crm": salesforce.LOADS,
    "call_center": genesys.LOADS,
    "social": mastodon.LOADS,
}

LOADS: dict[str, Load] = {load.name: load for loads in SOURCES.values() for load in loads}

# What a backfill of each vendor can and cannot bring.
BACKFILLS: dict[str, str] = {
    "salesforce": salesforce.BACKFILLS,
    "genesys": genesys.BACKFILLS,
    "mastodon": mastodon.BACKFILLS,
}

# What comparing the ids of each vendor can and cannot find.
RECONCILES: dict[str, str] = {
    "salesforce": salesforce.RECONCILES,
    "genesys": genesys.RECONCILES,
    "mastodon": mastodon.RECONCILES,
}


def source_of(load: str) -> str:
    """Return the source that a load belongs to."""
    return next(source for source, loads in SOURCES.items() if LOADS[load] in loads)
