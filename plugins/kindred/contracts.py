"""Hold records against their contract: good rows, refused records, and fields nobody expected.

A record is never dropped. One that breaks its contract is refused whole, with a reason that
names field and rule and never a value; a field that the contract lacks goes to `_extra`.
Pure: JSON values in, row tuples out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import isfinite
from types import GenericAlias
from typing import Any, get_type_hints

import msgspec

from kindred.loads import Load

# A b-tree takes no key beyond 2.7 kB; no vendor's id comes near.
LONGEST_KEY = 512
MOST_DIGITS = 1000
BIGINT = range(-(2**63), 2**63)


@dataclass
class Sorted:
    """What became of some records: row tuples (`_extra` last), refusals, unexpected fields."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # reason, record as JSON text
    extra_fields: set[str] = field(default_factory=set)


class Contract:
    """The contract of one load."""

    def __init__(self, load: Load) -> None:
        self._row = load.row
        self._rows: Any = GenericAlias(list, (load.row,))
        fields = msgspec.structs.fields(load.row)
        types = get_type_hints(load.row)
        self._known = {found.encode_name for found in fields}
        self._rules: list[tuple[int, str, Callable[[Any], str | None]]] = [
            (place, found.encode_name, rule)
            for place, found in enumerate(fields)
            for rule in _rules(types[found.name], is_key=found.name in load.key)
        ]

    def sort(self, records: Sequence[Any]) -> Sorted:
        """Return the records as rows, and those that cannot be."""
        result = Sorted()
        try:
            rows = [msgspec.structs.astuple(r) for r in msgspec.convert(records, self._rows)]
        except msgspec.ValidationError:
            rows = None
        if rows is None or any(self._broken(row) for row in rows):
            for record in records:
                self._one(record, result)
        else:
            pairs = zip(records, rows, strict=True)
            result.rows = [(*row, self._extra(record, result)) for record, row in pairs]
        return result

    def _one(self, record: Any, result: Sorted) -> None:
        try:
            row = msgspec.structs.astuple(msgspec.convert(record, self._row))
            reason = self._broken(row)
        except msgspec.ValidationError as error:
            reason = str(error)
        if reason:
            result.refused.append((reason[:300], json.dumps(record, default=str)))
        else:
            result.rows.append((*row, self._extra(record, result)))

    def _broken(self, row: tuple[Any, ...]) -> str | None:
        """Return the first rule that a row breaks, beyond the types."""
        for place, name, rule in self._rules:
            value = row[place]
            if value is not None and (reason := rule(value)):
                return f"{reason} - at `$.{name}`"
        return None

    def _extra(self, record: dict[str, Any], result: Sorted) -> dict[str, Any] | None:
        names = record.keys() - self._known
        if not names:
            return None
        result.extra_fields |= names
        return {name: record[name] for name in sorted(names)}


def _rules(kind: Any, *, is_key: bool) -> list[Callable[[Any], str | None]]:
    """Return the rules that a field's type does not say: what Postgres could not take."""
    kinds = getattr(kind, "__args__", (kind,))
    rules: list[Callable[[Any], str | None]] = [_key] if is_key and str in kinds else []
    return rules + [rule for member, rule in BY_KIND.items() if member in kinds]


def _key(value: str) -> str | None:
    if not value:
        return "Expected a key that is not empty"
    return None if len(value) <= LONGEST_KEY else f"Expected a key of length <= {LONGEST_KEY}"


def _instant(value: datetime) -> str | None:
    return None if value.tzinfo else "Expected `datetime` with a time zone"


def _whole(value: int) -> str | None:
    return None if value in BIGINT else "Expected `int` of 64 bits"


def _real(value: float) -> str | None:
    return None if isfinite(value) else "Expected a finite `float`"


def _exact(value: Decimal) -> str | None:
    is_good = value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS
    return None if is_good else f"Expected a finite `decimal` of at most {MOST_DIGITS} digits"


BY_KIND: dict[Any, Callable[[Any], str | None]] = {
    datetime: _instant,
    int: _whole,
    float: _real,
    Decimal: _exact,
}
