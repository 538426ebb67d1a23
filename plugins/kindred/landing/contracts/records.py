"""Hold records against their contract: good rows, refused records, and fields nobody expected.

A record is never dropped. One that breaks its contract is refused whole, with a reason that
names field and rule and never a value; a field that the contract lacks goes to `_extra`. A field
that has no default was asked for: a record without it is refused, because absence is no answer.
What can mean one thing only is coerced (coercion.py). Pure: JSON values in, row tuples out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import GenericAlias
from typing import Any, get_type_hints

import msgspec

from kindred.fields import Limits, annotated
from kindred.landing.contracts import coercion
from kindred.landing.contracts.rules import Rule, is_storable, rules_of
from kindred.loads import Load

LONGEST_REASON = 300
# msgspec's words for a date that cannot be read, and ours.
_PLAINER = {
    "Invalid RFC3339 encoded datetime": "Expected an instant that exists, as 2026-11-01T10:00:00Z",
    "Invalid RFC3339 encoded date": "Expected a date that exists, as 2026-11-01",
}


@dataclass
class ValidatedRecords:
    """What became of some records: row tuples (`_extra` last), refusals, unexpected fields.

    `unread` counts, by field, values that could not be read and are null now; `_extra` keeps them.
    """

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # reason, record as JSON text
    extra_fields: set[str] = field(default_factory=set)
    unread: Counter[str] = field(default_factory=Counter)
    texts_replaced: int = 0  # rows with a text of which NUL or half a surrogate pair was taken


class Contract:
    """The contract of one load.

    Args:
        limits: until when the batch's values can have happened; unbounded without.
    """

    def __init__(self, load: Load, limits: Limits | None = None) -> None:
        self._row = load.row
        self._rows: Any = GenericAlias(list, (load.row,))
        fields = msgspec.structs.fields(load.row)
        types = get_type_hints(load.row, include_extras=True)
        self._known = {found.encode_name for found in fields}
        self._coerce = coercion.of({found.encode_name: types[found.name] for found in fields})
        self._reads: list[tuple[int, str, Callable[[Any], Any]]] = []
        self._rules: list[tuple[int, str, Rule]] = []
        self._texts: list[int] = []
        for place, found in enumerate(fields):
            kind, name = types[found.name], found.encode_name
            is_key = found.name in load.key
            is_id = is_key or found.name == load.subject or found.name.endswith("_id")
            rules = rules_of(kind, is_key=is_key, is_id=is_id, limits=limits)
            self._rules += [(place, name, rule) for rule in rules]
            read = annotated(kind, "read")
            self._reads += [(place, name, read)] if read else []
            self._texts += [place] if coercion.is_text(kind) and not is_id else []

    def validate(self, records: Sequence[Any]) -> ValidatedRecords:
        """Return the records as rows, and those that cannot be."""
        result = ValidatedRecords()
        rows = self._all(records)
        if rows is None:
            for record in records:
                self._one(record, result)
        else:
            for record, row in zip(records, rows, strict=True):
                self._accept(record, row, result)
        result.texts_replaced = self._count_replaced(result.rows)
        return result

    def _all(self, records: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """Return a row for each record; None where one of them has to be looked at by itself."""
        try:
            structs = msgspec.convert(records, self._rows)
        except msgspec.ValidationError:
            try:
                structs = msgspec.convert([self._coerce(record) for record in records], self._rows)
            except msgspec.ValidationError:
                return None
        rows = [msgspec.structs.astuple(struct) for struct in structs]
        columns = list(zip(*rows, strict=True))
        is_good = all(
            rule.holds([value for value in columns[place] if value is not None])
            for place, _, rule in (self._rules if rows else ())
        )
        return rows if is_good else None

    def _one(self, record: Any, result: ValidatedRecords) -> None:
        try:
            row = msgspec.structs.astuple(msgspec.convert(self._coerce(record), self._row))
            reason = self._broken(row)
        except msgspec.ValidationError as error:
            row, reason = (), str(error)
        if reason:
            result.refused.append((_plain(reason), json.dumps(record, default=str)))
        else:
            self._accept(record, row, result)

    def _accept(self, record: dict[str, Any], row: Sequence[Any], result: ValidatedRecords) -> None:
        kept = {name: record[name] for name in sorted(record.keys() - self._known)}
        result.extra_fields |= kept.keys()
        for place, name, read in self._reads:
            value = row[place]
            if value is None or (found := read(value)) == value:
                continue
            row = (*row[:place], found, *row[place + 1 :])
            if found is None and str(value).strip():
                kept[name] = record[name]
                result.unread[name] += 1
        result.rows.append((*row, kept or None))

    def _broken(self, row: Sequence[Any]) -> str | None:
        """Return the first rule that a row breaks, beyond the types."""
        for place, name, rule in self._rules:
            value = row[place]
            if value is not None and not rule.holds([value]):
                return f"{rule.expected} - at `$.{name}`"
        return None

    def _count_replaced(self, rows: list[tuple[Any, ...]]) -> int:
        def is_clean(at: Sequence[int], some: list[tuple[Any, ...]]) -> bool:
            return is_storable("".join(row[place] or "" for row in some for place in at))

        if is_clean(self._texts, rows):
            return 0
        return sum(not is_clean(self._texts, [row]) for row in rows)


def _plain(reason: str) -> str:
    for theirs, ours in _PLAINER.items():
        reason = reason.replace(theirs, ours)
    return reason[:LONGEST_REASON]
