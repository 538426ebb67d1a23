"""What a vendor keeps of a record: its versions, each with the instant from which it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Version:
    """One version; `key` is what the vendor's window selects by: a stamp, a start, a creation.

    `fields` are named as raw's columns are; a conversation has its surveys in `surveys`, a
    transcript its phrases in `phrases`.
    """

    seen_from: datetime
    key: datetime
    fields: dict[str, Any]


@dataclass
class Record:
    """All versions of a record, oldest first; a post can be `gone`, and then shows no more."""

    kind: str
    name: str
    versions: list[Version] = field(default_factory=list)
    gone: datetime | None = None

    @property
    def now(self) -> dict[str, Any]:
        """The fields of the newest version."""
        return self.versions[-1].fields

    def at(self, moment: datetime) -> Version | None:
        """Return the version that shows until an instant: what happens at it is not seen yet."""
        if self.gone is not None and self.gone < moment:
            return None
        seen = [version for version in self.versions if version.seen_from < moment]
        return seen[-1] if seen else None
