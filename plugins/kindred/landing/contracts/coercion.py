"""Read a value that is certain although its type is another: a picklist's "9", a 9.0 that counts.

What could mean two things stays as it is, for the contract to refuse: "9.5" is no whole answer,
"1,234" is a thousand here and one there, "2026-10-05T00:00:00Z" is a day in one zone only.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_WHOLE = re.compile(r"[+-]?\d{1,30}(\.0{1,30})?")
_REAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")
_FLAGS = {"true": True, "false": False}


def of(fields: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return what reads a record whose fields, by wire name, have these types."""
    readers: dict[str, Callable[[Any], Any]] = {}
    for name, kind in fields.items():
        for member, reader in _READERS.items():
            if member in kinds(kind):
                readers[name] = _nullable(reader) if types.NoneType in kinds(kind) else reader

    def read(record: Any) -> Any:
        if not isinstance(record, dict):
            return record
        changed = {name: reader(record[name]) for name, reader in readers.items() if name in record}
        return record | changed

    return read


def kinds(kind: Any) -> tuple[Any, ...]:
    """Return the plain types that a field can have, without their annotations."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return tuple(each for member in typing.get_args(kind) for each in kinds(member))
    if hasattr(kind, "__metadata__"):
        return kinds(kind.__origin__)
    return (typing.get_origin(kind) or kind,)


def is_text(kind: Any) -> bool:
    """Say whether a field is a text."""
    return str in kinds(kind)


def _nullable(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A blank in a field that can be empty is no answer."""
    return lambda value: None if isinstance(value, str) and not value.strip() else reader(value)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    return value


def _real(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else ""
    return float(text) if _REAL.fullmatch(text) else value


def _exact(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else ""
    return Decimal(text) if _REAL.fullmatch(text) else value


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower(), value)
    return bool(value) if isinstance(value, int) and value in (0, 1) else value


def _same(value: Any) -> Any:
    return value


_READERS: dict[Any, Callable[[Any], Any]] = {
    int: _whole,
    float: _real,
    Decimal: _exact,
    bool: _flag,
    date: _same,
    datetime: _same,
}
