"""A whole record of any load, as its vendor's answer has it, made from the contract's types."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_type_hints

import msgspec

from kindred import addresses
from kindred.fields import Limits, annotated
from kindred.landing.contracts import coercion
from kindred.loads import Load, Window

WINDOW = Window(datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
LIMITS = Limits.of(WINDOW, WINDOW.end)
SAMPLES: dict[Any, Any] = {
    str: "one",
    bool: False,
    int: 3,
    float: 3.0,
    Decimal: 3.0,
    date: "2026-10-31",
    datetime: "2026-10-31T10:00:00.000+0000",
    list: [],
}


ADDRESSES: dict[Any, str] = {
    addresses.email: "one@mail.example",
    addresses.phone: "+15550200240",
    addresses.handle: "one@social.example",
}


def types_of(load: Load) -> dict[str, Any]:
    """The types of a load's fields by their names on the wire."""
    types = get_type_hints(load.row, include_extras=True)
    return {field.encode_name: types[field.name] for field in msgspec.structs.fields(load.row)}


def whole(load: Load, **fields: Any) -> dict[str, Any]:
    """A record that has every field and keeps the contract, but for `fields`."""
    record = {
        name: ADDRESSES.get(annotated(given, "read"))
        or next(SAMPLES[kind] for kind in coercion.kinds(given) if kind in SAMPLES)
        for name, given in types_of(load).items()
    }
    if load.name == "genesys_transcripts":
        record["participant"] = "external"
    return record | fields
