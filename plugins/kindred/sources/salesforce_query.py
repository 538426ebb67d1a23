"""Salesforce's `queryAll`: the records of one object that changed in a window.

A query that is too wide is asked in halves, one whose cursor died is asked again, and a field
that only some organisations have is left out where the vendor says that it is not there.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

import msgspec

from kindred.api import ApiCall, ApiResponse, NextUrl, records_of, walk
from kindred.errors import SourceError
from kindred.loads import ExtractRequest, Page, Row, Window, optional_fields
from kindred.sources.narrowing import narrowed
from kindred.sources.salesforce_ids import sobject_of

log = logging.getLogger(__name__)

# A cursor that was closed at the vendor: the query is asked again, so many times.
DEAD_CURSOR = frozenset(
    {
        *("INVALID_QUERY_LOCATOR", "INVALID_QUERY_LOCATOR_FORMAT", "QUERY_LOCATOR_EXPIRED"),
        *("QUERY_LOCATOR_NOT_FOUND", "LOCATOR_LOCATION_EXCEEDS_SIZE"),
    }
)
RESTARTS = 3


@dataclass(frozen=True)
class Query:
    """The extraction of one object by its modification stamp."""

    load: str
    sobject: str
    row: type[Row]
    where: str = ""

    async def __call__(self, ask: ExtractRequest) -> AsyncGenerator[Page, None]:
        """Yield the records modified in the window, deleted ones too."""
        absent: set[str] = set()
        types = get_type_hints(self.row)
        whole = {
            field.encode_name
            for field in msgspec.structs.fields(self.row)
            if _is_whole(types[field.name])
        }

        def answers(window: Window) -> AsyncGenerator[ApiResponse, None]:
            return self._answers(replace(ask, window=window), absent)

        async for answer in narrowed(ask.window, answers):
            records = [_plain(r, whole, absent) for r in records_of(answer, "records")]
            yield Page(self.load, records)

    async def _answers(
        self, ask: ExtractRequest, absent: set[str]
    ) -> AsyncGenerator[ApiResponse, None]:
        """Ask for one window, again where its cursor dies or an optional field is not there.

        `absent` grows by the fields that the organisation does not have. What came before a
        cursor died comes again; the merge takes doubles.
        """
        restarts = 0
        while True:
            try:
                async for answer in walk(ask.api, self._call(ask, absent), NextUrl()):
                    yield answer
                return
            except SourceError as error:
                missing = self._missing(error) - absent
                if missing:
                    absent |= missing
                    log.info("%s: asked again without %s", self.load, ", ".join(sorted(missing)))
                elif error.code in DEAD_CURSOR and restarts < RESTARTS:
                    restarts += 1
                    log.info("%s: the cursor died, the query is asked again", self.load)
                else:
                    # A window with fewer pages needs its cursor for less long.
                    error.is_too_wide = error.is_too_wide or error.code in DEAD_CURSOR
                    raise

    def _missing(self, error: SourceError) -> set[str]:
        """Return the optional fields that an error is about; all where it quotes no name."""
        if error.code != "INVALID_FIELD":
            return set()
        optional = optional_fields(self.row)
        return set(optional.intersection(error.names) if error.names else optional)

    def _call(self, ask: ExtractRequest, absent: set[str]) -> ApiCall:
        version = ask.api.endpoint.text("version", "62.0")
        return ApiCall(
            "GET",
            f"/services/data/v{version}/queryAll",
            params={"q": self.soql(ask, absent)},
            label=f"queryAll of {self.load}",
            names=frozenset(
                {*self._fields(), sobject_of(ask.api.endpoint, self.load, self.sobject)}
            ),
        )

    def soql(self, ask: ExtractRequest, absent: Collection[str] = ()) -> str:
        """Return the SOQL for the window, in the order that pages are cut."""
        fields = ", ".join(name for name in self._fields() if name not in absent)
        return (
            f"SELECT {fields} FROM {sobject_of(ask.api.endpoint, self.load, self.sobject)}"  # noqa: S608 -- names are checked
            f" WHERE SystemModstamp >= {_stamp(ask.window.start)}"
            f" AND SystemModstamp < {_stamp(ask.window.end)}{self.where}"
            " ORDER BY SystemModstamp, Id"
        )

    def _fields(self) -> list[str]:
        return [field.encode_name for field in msgspec.structs.fields(self.row)]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _is_whole(kind: Any) -> bool:
    return kind is int or int in getattr(kind, "__args__", ())


def _plain(record: dict[str, Any], whole: set[str], absent: set[str]) -> dict[str, Any]:
    """Drop the envelope, write 5.0 as 5 in fields that count, and give absent fields null.

    The API has one number type.
    """
    if not isinstance(record, dict):
        return record
    record.pop("attributes", None)
    for name in whole:
        value = record.get(name)
        if isinstance(value, float) and value.is_integer():
            record[name] = int(value)
    return record | dict.fromkeys(absent)
