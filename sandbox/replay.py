"""Serve records that somebody else supplies, through the same servers.

README.md describes the files.  A record that lacks what the servers need (an id, a stamp) is
an error that names the file and the line: a replay that quietly leaves records out proves
nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from sandbox.clock import Clock
from sandbox.record_store import FOREVER, RecordStore, RecordStoreBuilder
from sandbox.render import (
    Record,
    Renderer,
    ReplayError,
    SuppliedVersion,
    renderers,
    store_names,
)
from sandbox.scenario import Limits
from sandbox.times import DAY, milliseconds
from sandbox.world import World

_OURS = ("_visibleFrom", "_deletedAt", "_purgedAt")


def open_replay(source: Path, home: Path) -> World:
    """Read a folder of JSON lines as a world; its clock begins after the newest record."""
    if not source.is_dir():
        raise ReplayError(f"--replay: {source} is not a folder")
    stores: dict[str, RecordStore] = {}
    supplied: list[SuppliedVersion] = []
    hashtags: set[str] = set()
    vendors = []
    for vendor, renderer in renderers().items():
        found = {kind: _read_kind(source, vendor, kind, renderer) for kind in renderer.kinds}
        stores |= {f"{vendor}_{kind}": _store(rows, renderer) for kind, rows in found.items()}
        rows = [row for of_kind in found.values() for row in of_kind]
        supplied += rows
        if rows:
            vendors.append(vendor)
        if renderer.hashtags is not None:
            hashtags.update(renderer.hashtags([row.record for row in rows]))
    name = f"replay-{hashlib.sha256(str(source.resolve()).encode()).hexdigest()[:12]}"
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    return World(
        name,
        stores,
        sorted(hashtags),
        Limits(),
        _clock(supplied),
        folder,
        tuple(vendors),
        is_replay=True,
    )


def _read_kind(source: Path, vendor: str, kind: str, renderer: Renderer) -> list[SuppliedVersion]:
    """Read the files of one kind of record: the load's name, or without its vendor.

    Raises:
        ReplayError: a file without its vendor could be several vendors'.
    """
    names = [name for name in store_names() if name.endswith(f"_{kind}")]
    if len(names) > 1 and (source / f"{kind}.jsonl").exists():
        files = " or ".join(f"{name}.jsonl" for name in names)
        raise ReplayError(f"{kind}.jsonl: whose {kind} are these? Name the file {files}")
    return [
        row
        for name in (f"{vendor}_{kind}", kind)
        for row in _read(source / f"{name}.jsonl", kind, renderer)
    ]


def _read(path: Path, kind: str, renderer: Renderer) -> Iterator[SuppliedVersion]:
    """Read one file; none is no records."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield renderer.read(kind, msgspec.json.decode(line, type=dict))
            except KeyError as error:
                raise ReplayError(f"{path.name}, line {number}: no {error}") from error
            except (ValueError, TypeError, msgspec.DecodeError) as error:
                raise ReplayError(f"{path.name}, line {number}: {error}") from error


def _clock(supplied: list[SuppliedVersion]) -> Clock:
    """Return a clock at the midnight after the newest record."""
    moments = [row.visible for row in supplied]
    moments += [row.until for row in supplied if row.until < FOREVER]
    last = max(moments, default=milliseconds(datetime.now(UTC)))
    now = datetime.fromtimestamp((last // DAY + 1) * DAY / 1000, UTC)
    # A transcript without a time of its own is there whenever its conversation is: at 0.
    times = (min(row.key, row.visible) for row in supplied)
    first = min([last, *(time for time in times if time > 0)])
    begins = datetime.fromtimestamp(first // DAY * DAY / 1000, UTC)
    return Clock(begins, now + timedelta(days=3660), now)


def _store(rows: list[SuppliedVersion], renderer: Renderer) -> RecordStore:
    """Group lines of one record into its versions; of two with one stamp the later line wins."""
    records: dict[str, dict[int, SuppliedVersion]] = {}
    for row in rows:
        records.setdefault(row.record_id, {})[row.visible] = row
    builder = RecordStoreBuilder()
    for record_id, versions in records.items():
        ordered = [versions[visible] for visible in sorted(versions)]
        served = [_without_ours(row.record) for row in ordered]
        if renderer.complete is not None:
            served = renderer.complete(served)
        encoded = [
            (row.visible, row.key, msgspec.json.encode(record))
            for row, record in zip(ordered, served, strict=True)
        ]
        builder.add(record_id, encoded, min(row.until for row in ordered))
    return builder.build()


def _without_ours(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in _OURS}
