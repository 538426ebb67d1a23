"""Times in the sandbox are milliseconds since 1970, one number that arrays can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from sandbox.scenario import Scenario

DAY = 86_400_000  # milliseconds, the unit of every time in the sandbox

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


def month_starts(scenario: Scenario) -> Ints:
    """Return the first instants of all months up to the scenario's end, and one more."""
    edges: list[int] = []
    number = scenario.starts.year * 12 + scenario.starts.month - 1
    end = milliseconds(scenario.ends)
    while not edges or edges[-1] < end:
        edges.append(milliseconds(date(number // 12, number % 12 + 1, 1)))
        number += 1
    return np.array(edges, np.int64)


def milliseconds(moment: date | datetime) -> int:
    """Return milliseconds since 1970 of a UTC instant, or of the start of a UTC day."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def iso(moment: int) -> str:
    """Write an instant without its zone: `2026-10-31T18:20:05.123`."""
    return str(np.datetime64(moment, "ms"))


def instant(text: str) -> int:
    """Read an instant in ISO 8601 as milliseconds since 1970; UTC where it names no zone."""
    moment = msgspec.convert(text, datetime)
    return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
