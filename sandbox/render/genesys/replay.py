"""Read conversations and transcripts of Genesys Cloud that somebody supplies for a replay."""

from __future__ import annotations

from sandbox.render import Record, SuppliedVersion
from sandbox.times import instant


def read(kind: str, record: Record) -> SuppliedVersion:
    """Return a supplied conversation or transcript as a version."""
    return _conversation(record) if kind == "conversations" else _transcript(record)


def _conversation(record: Record) -> SuppliedVersion:
    start = instant(record["conversationStart"])
    visible = record.get("_visibleFrom") or record.get("conversationEnd")
    seen = instant(visible) if visible else start
    return SuppliedVersion(str(record["conversationId"]), seen, start, record)


def _transcript(record: Record) -> SuppliedVersion:
    """Return a transcript; one without a time of its own is there as soon as its conversation."""
    visible = record.get("_visibleFrom")
    seen = instant(visible) if visible else 0
    name = f"{record['conversationId']}/{record['communicationId']}"
    return SuppliedVersion(name, seen, seen, record)
