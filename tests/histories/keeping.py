"""The records that vendors keep, and the time that passes for all of them.

Every call happens at `now` and takes a minute, so that no two happen at once.  Names are the
records' ids (a post has a snowflake for an id, and its name here).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.histories import wire
from tests.histories.versions import Record, Version

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


class Keeping:
    """Records by name, as of `now`."""

    def __init__(self, now: datetime) -> None:
        self.begins = self.now = now
        self.records: dict[str, Record] = {}

    def until(self, moment: datetime) -> None:
        """Let time pass, up to an instant."""
        if moment < self.now:
            raise ValueError(f"it is {self.now} already")
        self.now = moment

    def wait(self, **length: float) -> None:
        """Let time pass: `wait(days=3)`."""
        self.until(self.now + timedelta(**length))

    def of(self, *kinds: str) -> Iterator[Record]:
        """Return the records of some kinds, in the order of their creation."""
        return (record for record in self.records.values() if record.kind in kinds)

    def _show(self, kind: str, name: str, key: datetime, fields: dict[str, Any]) -> None:
        record = self.records[name] = self._new(kind, name)
        record.versions.append(Version(self.now, key, fields))
        self.now += MINUTE

    def _again(self, record: Record, changes: dict[str, Any]) -> None:
        """Add a version that the vendor's window finds where it found the one before."""
        last = record.versions[-1]
        record.versions.append(replace(last, seen_from=self.now, fields=last.fields | changes))
        self.now += MINUTE

    def _new(self, kind: str, name: str) -> Record:
        if name in self.records:
            raise ValueError(f"there is a record {name} already")
        return Record(kind, name)


def phone_of(name: str) -> str:
    """Return a number that only this name (of up to five letters) has."""
    return f"+49{int.from_bytes(name.encode())}"


def account_of(name: str) -> str:
    """Return the name's account, on the server that is asked."""
    return f"{name}@{wire.HOST}"
