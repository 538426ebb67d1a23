"""What a contract says of a field beyond its type: when it can have happened, how it is read.

    submitted_at: Happened | None      refused outside the bounds, field and rule named
    contract_ended_on: EndDay | None   read: a placeholder is no end

A bound is no opinion about business. Outside it are the days that machines show when they know
none (1900-01-01, 1970-01-01, 1980-01-06, 2000-01-01), and days that have not come.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec

from kindred.loads import Window

Until = Literal["asked", "seen", "soon", "ever"]

CLOCK_SKEW = timedelta(minutes=15)
# Orders and contracts are dated ahead; a day beyond a quarter is a typing error.
SOON = timedelta(days=92)
LAST_DAY = date(2199, 12, 31)
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class DateBounds:
    """The days between which a value can lie, `since` included.

    `until` is the end of what was asked for (`asked`), a day after we saw it (`seen`), a quarter
    after that (`soon`) or any day that a calendar has (`ever`).
    """

    since: date
    until: Until


@dataclass(frozen=True)
class Limits:
    """The last instant of each kind of bound, for one batch."""

    asked: datetime
    seen: datetime
    soon: datetime

    @classmethod
    def of(cls, window: Window, seen_at: datetime) -> Limits:
        """Return the limits of a window; in sandbox time its end can be ahead of our clock."""
        seen = max(window.end, seen_at) + timedelta(days=1)
        return cls(window.end + CLOCK_SKEW, seen, seen + SOON)

    def last(self, until: Until) -> datetime | None:
        """Return the last instant that is in bounds, None where any is."""
        return None if until == "ever" else getattr(self, until)


def _bounded(since: date, until: Until) -> msgspec.Meta:
    return msgspec.Meta(extra={"bounds": DateBounds(since, until)})


def no_placeholder(day: date) -> date | None:
    """Return an end, or None of 9999-12-31 and its like, which say that there is none."""
    return day if day <= LAST_DAY else None


# The vendor's own modification stamp, by which records are asked for.
Stamp = Annotated[datetime, _bounded(date(2000, 1, 2), "asked")]
# When a record was made; an import keeps the date of the system before.
Made = Annotated[datetime, _bounded(date(1990, 1, 1), "seen")]
# What happened before it was asked for: a call, a post.
Began = Annotated[datetime, _bounded(date(2000, 1, 2), "asked")]
# What goes on after the window: an answer, an edit, the end of a call.
Happened = Annotated[datetime, _bounded(date(2000, 1, 2), "seen")]
Day = Annotated[date, _bounded(date(1990, 1, 1), "soon")]
# Insurers and banks have customers since before computers.
FirstDay = Annotated[date, _bounded(date(1900, 1, 2), "soon")]
EndDay = Annotated[
    date,
    msgspec.Meta(extra={"bounds": DateBounds(date(1900, 1, 2), "ever"), "read": no_placeholder}),
]

# Of money. A negative one is a correction that belongs on what it corrects.
Amount = Annotated[Decimal, msgspec.Meta(extra={"at_least": 0})]


def annotated(kind: Any, name: str) -> Any:
    """Return what a field's annotation says beside its type, None where it says nothing."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        found = (annotated(member, name) for member in typing.get_args(kind))
        return next((each for each in found if each is not None), None)
    for meta in getattr(kind, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and name in (meta.extra or {}):
            return (meta.extra or {})[name]
    return None
