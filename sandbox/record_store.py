"""A record store holds every version of every record of one kind, ready to be sent.

Versions are encoded once, when the population is made, and lie end to end in one mapped file;
four arrays say where each lies, when it became visible and when it stopped being so.  So a
question "as of the clock" is two binary searches and a comparison, and a page of
2,000 records is a join of slices, whatever the size of the population.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from sandbox.times import Ints

FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class RecordStore:
    """Versions in the order of (key, id, visible_from); times are milliseconds since 1970.

    `key` is what the vendor's window selects by: a modification stamp, a start, a creation.
    """

    ids: np.ndarray[tuple[int], np.dtype[np.bytes_]]
    key: Ints
    visible_from: Ints
    visible_until: Ints
    offsets: Ints
    blob: bytes | mmap.mmap

    def __len__(self) -> int:
        return len(self.key)

    def find(self, start: int, end: int, now: int) -> Ints:
        """Return the positions with key in `[start, end)` that are visible at `now`."""
        low, high = np.searchsorted(self.key, [start, end])
        seen = (self.visible_from[low:high] <= now) & (self.visible_until[low:high] > now)
        found: Ints = np.flatnonzero(seen) + low
        return found

    def one(self, record_id: str, now: int) -> bytes | None:
        """Return the version of one record at `now`, None if there is none."""
        for at in self._positions.get(record_id.encode(), ()):
            if self.visible_from[at] <= now < self.visible_until[at]:
                return self.record(at)
        return None

    def record(self, at: int) -> bytes:
        """Return the encoded version at a position."""
        return self.blob[self.offsets[at] : self.offsets[at + 1]]

    def join(self, positions: Iterable[int]) -> bytes:
        """Return the versions at the positions as the inside of a JSON array."""
        starts, blob = self.offsets, self.blob
        return b",".join([blob[starts[at] : starts[at + 1]] for at in positions])

    @cached_property
    def _positions(self) -> dict[bytes, list[int]]:
        found: dict[bytes, list[int]] = {}
        for at, record_id in enumerate(self.ids.tolist()):
            found.setdefault(record_id, []).append(at)
        return found

    def save(self, folder: Path, name: str) -> None:
        """Write the store as `<name>.npz` and `<name>.blob`."""
        (folder / f"{name}.blob").write_bytes(self.blob)
        np.savez(
            folder / f"{name}.npz",
            ids=self.ids,
            key=self.key,
            visible_from=self.visible_from,
            visible_until=self.visible_until,
            offsets=self.offsets,
        )

    @classmethod
    def load(cls, folder: Path, name: str) -> RecordStore:
        """Read what `save` wrote, the records mapped instead of read."""
        path = folder / f"{name}.blob"
        blob: bytes | mmap.mmap = b""
        if path.stat().st_size:
            with path.open("rb") as file:
                blob = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with np.load(folder / f"{name}.npz") as arrays:
            return cls(**{field: arrays[field] for field in arrays.files}, blob=blob)


class RecordStoreBuilder:
    """Collects versions in any order and makes them a store."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, bytes, int, int, bytes]] = []

    def add(
        self,
        record_id: str,
        versions: list[tuple[int, int, bytes]],
        until: int = FOREVER,
    ) -> None:
        """Add one record's versions as (visible_from, key, encoded), oldest first.

        Each version ends where the next begins, the last one at `until`.
        """
        ends = [visible for visible, _, _ in versions[1:]] + [until]
        name = record_id.encode()
        for (visible, key, encoded), end in zip(versions, ends, strict=True):
            if end > visible:
                self._rows.append((key, name, visible, end, encoded))

    def build(self) -> RecordStore:
        """Sort and freeze."""
        rows = sorted(self._rows)
        self._rows = []
        count = len(rows)
        sizes = np.fromiter((len(row[4]) for row in rows), np.int64, count)
        return RecordStore(
            ids=np.array([row[1] for row in rows], np.bytes_),
            key=np.fromiter((row[0] for row in rows), np.int64, count),
            visible_from=np.fromiter((row[2] for row in rows), np.int64, count),
            visible_until=np.fromiter((row[3] for row in rows), np.int64, count),
            offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            blob=b"".join([row[4] for row in rows]),
        )
