"""Answer queries from the record stores, frozen as the vendor's are.

Pages fetched later show the records as they were when the query was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from sandbox.record_store import RecordStore
from sandbox.render.salesforce.objects import OBJECTS
from sandbox.render.salesforce.replay import WITHHELD
from sandbox.servers.salesforce.soql import SoqlError, SoqlQuery

log = logging.getLogger(__name__)
_decode = msgspec.json.Decoder().decode
_KINDS = {sobject.name.lower(): kind for kind, sobject in OBJECTS.items()}


@dataclass(frozen=True)
class QueryResult:
    """A query's frozen result."""

    store: RecordStore
    fields: tuple[str, ...] | None  # None: all there are
    positions: list[int]
    page: int
    is_filled: bool = False  # a field that a record lacks is null

    def encode_page(self, shown: list[int]) -> bytes:
        """Encode a page, cut down to the fields asked for where these are not all."""
        if self.fields is None:
            return self.store.join(shown)
        wanted = ("attributes", *self.fields)
        records = [_decode(self.store.record(at)) for at in shown]
        if self.is_filled:
            records = [_filled(record, self.fields) for record in records]
        cut = [{name: record[name] for name in wanted if name in record} for record in records]
        return msgspec.json.encode(cut)[1:-1]


class QueryRunner:
    """Runs queries over the stores of all objects, by kind of record.

    Args:
        is_strict: refuse fields that the object does not have. Else they are there and empty,
            as a replay's README says.
    """

    def __init__(self, stores: Mapping[str, RecordStore], *, is_strict: bool) -> None:
        self.stores, self.is_strict = stores, is_strict
        self._known = cache(self._fields_of)
        self._warned: set[str] = set()

    def run(self, query: SoqlQuery, now: int, page: int, *, is_all: bool) -> QueryResult:
        """Return a query's result at an instant; `is_all` includes the recycle bin."""
        kind = _KINDS.get(query.sobject.lower())
        if kind is None:
            raise SoqlError("INVALID_TYPE", f"sObject type '{query.sobject}' is not supported.")
        store, known = self.stores[kind], self._known(kind)
        spelled = {field.lower(): field for field in known}
        if self.is_strict:
            _check_fields(query, spelled)
        positions = _positions(store, query, now)
        if not is_all:
            positions = [at for at in positions if not _decode(store.record(at)).get("IsDeleted")]
        for field, must_be_null in query.null:
            name = spelled.get(field.lower())
            positions = [
                at
                for at in positions
                if (_decode(store.record(at)).get(name) is None) == must_be_null
            ]
        fields = tuple(spelled.get(field.lower(), field) for field in query.fields)
        if not self.is_strict:
            self._warn_of_empty(kind, sorted({*fields} - known))
        is_whole = self.is_strict and known.issubset(fields)
        shown = positions[: query.limit]
        return QueryResult(
            store, None if is_whole else fields, shown, page, is_filled=not self.is_strict
        )

    def _warn_of_empty(self, kind: str, fields: list[str]) -> None:
        """Say once which fields no record of a file has."""
        if fields and kind not in self._warned and len(self.stores[kind]):
            self._warned.add(kind)
            log.warning("%s.jsonl: served as empty: %s", kind, ", ".join(fields))

    def _fields_of(self, kind: str) -> frozenset[str]:
        """Return the fields that an object's records have."""
        store = self.stores[kind]
        found: set[str] = set()
        for at in range(len(store) if not self.is_strict else min(len(store), 1)):
            found |= _decode(store.record(at)).keys()
        return frozenset(found - {"attributes", WITHHELD})


def _check_fields(query: SoqlQuery, spelled: dict[str, str]) -> None:
    """Refuse a query for a field that the object does not have."""
    for field in (*query.fields, *(field for field, _ in query.null)):
        if field.lower() not in spelled:
            message = f"No such column '{field}' on entity '{query.sobject}'."
            raise SoqlError("INVALID_FIELD", message)


def _positions(store: RecordStore, query: SoqlQuery, now: int) -> list[int]:
    """Return where the records of a query lie, in its order."""
    positions = store.find(query.start, query.end, now).tolist()
    ids = {at: store.ids[at].decode() for at in positions}
    found = [at for at in positions if query.has(ids[at])]
    return sorted(found, key=ids.__getitem__) if query.is_by_id else found


def _filled(record: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Give a record the fields that it never named: null, and not deleted."""
    empty = dict.fromkeys({*fields}.difference(record.get(WITHHELD, ())))
    return empty | ({"IsDeleted": False} if "IsDeleted" in empty else {}) | record
