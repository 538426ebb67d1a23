"""Serve records that somebody else supplies, through the same servers.

README.md describes the files.  A record that lacks what the servers need (an id, a stamp) is
an error that names the file and the line: a replay that quietly leaves records out proves
nothing.

Salesforce answers every field that a query names, and lines written by hand leave out what they do
not say: a field that a record never named is null. One that an earlier line of the same record
named and a later one lacks stays missing, as from a vendor that stopped to send it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from sandbox.clock import Clock
from sandbox.records.statuses import tags_mask
from sandbox.scenario import Limits
from sandbox.shelf import FOREVER, Shelf, ShelfBuilder
from sandbox.times import DAY, milliseconds
from sandbox.world import SHELVES, World

_OBJECTS = {
    "contacts": "Contact",
    "orders": "Order",
    "survey_responses": "Survey_Response__c",
    "touchpoint_ratings": "Touchpoint_Rating__c",
    "referrals": "Lead",
}
_FILES = {
    "salesforce": tuple(_OBJECTS),
    "genesys": ("conversations", "transcripts"),
    "mastodon": ("statuses",),
}
_OURS = ("_visibleFrom", "_deletedAt", "_purgedAt")
WITHHELD = "_withheld"  # in a record: the fields that it had and has no longer

Record = dict[str, Any]


class ReplayError(Exception):
    """A file that cannot be replayed; the text names the file, the line and the reason."""


class _Found(msgspec.Struct):
    """One version of one record."""

    record_id: str
    visible: int
    key: int
    until: int
    record: Record


def open_replay(source: Path, home: Path) -> World:
    """Read a folder of JSON lines as a world; its clock stands after the newest record."""
    if not source.is_dir():
        raise ReplayError(f"--replay: {source} is not a folder")
    found = {name: list(_read(source / f"{name}.jsonl", name)) for name in SHELVES}
    hashtags = sorted(
        {tag["name"].lower() for row in found["statuses"] for tag in row.record.get("tags", ())}
    )
    if len(hashtags) > 62:
        raise ReplayError("statuses.jsonl: more than 62 different hashtags")
    if found["statuses"] and not hashtags:
        raise ReplayError("statuses.jsonl: no status has a tag, and posts are found by their tags")
    moments = [row.visible for rows in found.values() for row in rows]
    moments += [row.until for rows in found.values() for row in rows if row.until < FOREVER]
    last = max(moments, default=milliseconds(datetime.now(UTC)))
    now = datetime.fromtimestamp((last // DAY + 1) * DAY / 1000, UTC)
    # A transcript without a time of its own is there whenever its conversation is: at 0.
    times = (min(row.key, row.visible) for rows in found.values() for row in rows)
    first = min([last, *(time for time in times if time > 0)])
    begins = datetime.fromtimestamp(first // DAY * DAY / 1000, UTC)
    name = f"replay-{hashlib.sha256(str(source.resolve()).encode()).hexdigest()[:12]}"
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    shelves = {
        name: _shelf(rows, hashtags, is_queried=name in _OBJECTS) for name, rows in found.items()
    }
    clock = Clock(begins, now + timedelta(days=3660), now)
    vendors = [vendor for vendor, names in _FILES.items() if any(found[name] for name in names)]
    return World(name, shelves, hashtags, Limits(), clock, folder, tuple(vendors))


def _read(path: Path, name: str) -> Iterator[_Found]:
    """Read one file; none is no records."""
    if not path.exists():
        return
    read: Callable[[Record], _Found] = {
        "conversations": _conversation,
        "transcripts": _transcript,
        "statuses": _status,
    }.get(name, lambda record: _salesforce(_OBJECTS[name], record))
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield read(msgspec.json.decode(line, type=dict))
            except KeyError as error:
                raise ReplayError(f"{path.name}, line {number}: no {error}") from error
            except (ValueError, TypeError, msgspec.DecodeError) as error:
                raise ReplayError(f"{path.name}, line {number}: {error}") from error


def _salesforce(kind: str, record: Record) -> _Found:
    link = f"/services/data/v62.0/sobjects/{kind}/{record['Id']}"
    stamp = _instant(record["SystemModstamp"])
    whole = {"attributes": {"type": kind, "url": link}} | record
    purged = record.get("_purgedAt")
    return _Found(str(record["Id"]), stamp, stamp, _instant(purged) if purged else FOREVER, whole)


def _conversation(record: Record) -> _Found:
    start = _instant(record["conversationStart"])
    ended = record.get("conversationEnd")
    visible = record.get("_visibleFrom") or ended
    seen = _instant(visible) if visible else start
    return _Found(str(record["conversationId"]), seen, start, FOREVER, record)


def _transcript(record: Record) -> _Found:
    name = f"{record['conversationId']}/{record['communicationId']}"
    visible = record.get("_visibleFrom")
    seen = _instant(visible) if visible else 0
    return _Found(name, seen, seen, FOREVER, record)


def _status(record: Record) -> _Found:
    created = _instant(record["created_at"])
    edited = record.get("edited_at")
    deleted = record.get("_deletedAt")
    return _Found(
        str(int(record["id"])),
        _instant(edited) if edited else created,
        created,
        _instant(deleted) if deleted else FOREVER,
        record,
    )


def _instant(text: str) -> int:
    moment = msgspec.convert(text, datetime)
    return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _shelf(rows: list[_Found], hashtags: list[str], *, is_queried: bool) -> Shelf:
    """Group lines of one record into its versions; of two with one stamp the later line wins."""
    records: dict[str, dict[int, _Found]] = {}
    for row in rows:
        records.setdefault(row.record_id, {})[row.visible] = row
    builder = ShelfBuilder()
    for record_id, versions in records.items():
        ordered = [versions[visible] for visible in sorted(versions)]
        groups, encoded, named = 0, [], set[str]()
        for row in ordered:
            plain = {name: value for name, value in row.record.items() if name not in _OURS}
            named |= plain.keys()
            gone = sorted(named - plain.keys())
            if is_queried and gone:
                plain[WITHHELD] = gone
            groups |= tags_mask(plain, hashtags) if "tags" in plain else 0
            encoded.append((row.visible, row.key, msgspec.json.encode(plain)))
        builder.add(record_id, encoded, min(row.until for row in ordered), groups)
    return builder.shelf()
