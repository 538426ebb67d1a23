"""Read statuses of Mastodon that somebody supplies for a replay."""

from __future__ import annotations

from sandbox.record_store import FOREVER
from sandbox.render import Record, ReplayError, SuppliedVersion
from sandbox.times import instant


def read(kind: str, record: Record) -> SuppliedVersion:  # noqa: ARG001 - there is one kind
    """Return a supplied status as a version, shown until it is deleted."""
    created = instant(record["created_at"])
    edited, deleted = record.get("edited_at"), record.get("_deletedAt")
    return SuppliedVersion(
        str(int(record["id"])),
        instant(edited) if edited else created,
        created,
        record,
        instant(deleted) if deleted else FOREVER,
    )


def hashtags(records: list[Record]) -> list[str]:
    """Return the hashtags of supplied statuses.

    Raises:
        ReplayError: no status has a tag.
    """
    found = {tag["name"].lower() for record in records for tag in record.get("tags", ())}
    if records and not found:
        raise ReplayError("statuses.jsonl: no status has a tag, and posts are found by their tags")
    return sorted(found)
