"""Faults that a test switches on: for a path, from a request on, so many times.

POST /sandbox/faults {"path": "/<vendor>/api", "kind": "rate_limited", "times": 2,
                      "retry_after": 1}
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Kind = Literal[
    "error_500",
    "rate_limited",
    "unauthorized",
    "truncated",
    "dropped",
    "html_page",
    "slow_drip",
    "cursor_loop",
    "empty_day",
    "wrong_type",
    "missing_key",
    "unknown_field",
    "duplicate_id",
    "nul_escape",
    "lone_surrogate",
    "huge_text",
]


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault; `after` requests of the path pass first, then `times` are hit (0: all)."""

    path: str
    kind: Kind
    times: Annotated[int, msgspec.Meta(ge=0)] = 1
    after: Annotated[int, msgspec.Meta(ge=0)] = 0
    retry_after: float | None = None  # rate_limited: the header, left out when null
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 2.0  # slow_drip: how long the body takes
    field: str | None = None  # record faults: which field, the vendor's usual one when null
    records: Annotated[int, msgspec.Meta(ge=1)] = 1  # record faults: how many of a page
    hit: int = 0  # how often it struck, for the test to read


class Faults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self.on: list[Fault] = []
        self._passed: dict[int, int] = {}

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        self.on.append(fault)

    def clear(self) -> None:
        """Switch all faults off."""
        self.on.clear()
        self._passed.clear()

    def take(self, path: str) -> Fault | None:
        """Return the fault that strikes this request, None if it is spared."""
        for fault in self.on:
            if not path.startswith(fault.path):
                continue
            passed = self._passed.get(id(fault), 0)
            if passed < fault.after:
                self._passed[id(fault)] = passed + 1
            elif not fault.times or fault.hit < fault.times:
                fault.hit += 1
                return fault
        return None
