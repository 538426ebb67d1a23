"""The sandbox's clock: every server shows its records as they stood at this instant.

It does not move until it is set.  A night of the sandbox is then the same night however long
the real one takes, and a test can go to any day.  It is kept in a file, so that a restarted
sandbox goes on from there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec


class ClockError(Exception):
    """An instant the clock cannot be set to."""


class Clock:
    """An instant between the beginning and the end of what the sandbox knows."""

    def __init__(
        self, begins: datetime, ends: datetime, now: datetime, path: Path | None = None
    ) -> None:
        self.begins, self.ends, self._now, self._path = begins, ends, now, path
        if path is not None and path.exists():
            self._now = msgspec.json.decode(path.read_bytes(), type=datetime)

    @property
    def now(self) -> datetime:
        """Return the instant that the clock shows."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move the clock, forwards or backwards, to a UTC instant."""
        if now.tzinfo is None:
            raise ClockError("the clock takes a UTC instant, such as 2026-11-01T00:00:00Z")
        now = now.astimezone(UTC)
        if not self.begins <= now <= self.ends:
            raise ClockError(
                f"this sandbox knows {self.begins:%Y-%m-%d} to {self.ends:%Y-%m-%d}; "
                f"{now:%Y-%m-%d %H:%M} lies outside (the scenario's starts, months, future_days)"
            )
        self._now = now
        if self._path is not None:
            self._path.write_bytes(msgspec.json.encode(now))
