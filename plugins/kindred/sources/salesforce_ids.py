"""Salesforce's ids: which records of an object are live, page by page in the order of their ids.

The recycle bin keeps a deleted record for 15 days, or less where an administrator empties it;
after that `queryAll` has forgotten it too, and only its absence says that it is gone.
A query over the primary key is the vendor's own advice for large objects: it needs no other index
and cannot time out on one stamp that a bulk job gave to millions of records.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kindred.api import ApiCall, Client, Endpoint, NextUrl, records_of, walk
from kindred.errors import SetupError, SourceMalformed
from kindred.loads import IdRange, Listing

PAGE_SIZE = 2000  # the vendor's largest page
IDS_IN_A_QUERY = 200  # a URI has 16,384 bytes at most
BEFORE_ALL = "000000000000000"
VERSION = "62.0"


@dataclass(frozen=True)
class Ids:
    """The ids of one load's object; `where` is the load's own condition, as SOQL after ` AND`."""

    load: str
    sobject: str
    where: str = ""

    async def list_ids(self, api: Client, asked: IdRange) -> Listing:
        """Return a page of the live ids of a range; what lies in the recycle bin is not live."""
        where = f"Id > {_quoted(asked.after or BEFORE_ALL)}"
        where += f" AND Id <= {_quoted(asked.through)}" if asked.through else ""
        where += f"{self.where} ORDER BY Id LIMIT {PAGE_SIZE}"
        found = await self._ask(api, "query", where)
        is_whole = len(found) < PAGE_SIZE
        return Listing(found, None if is_whole else next(reversed(found)))

    async def look_up(self, api: Client, ids: Sequence[str]) -> dict[str, datetime | None]:
        """Return the stamps of those that the vendor still has, in the recycle bin too."""
        found: dict[str, datetime | None] = {}
        for some in _batched(ids, IDS_IN_A_QUERY):
            where = f"Id IN ({', '.join(map(_quoted, some))}){self.where}"
            found |= await self._ask(api, "queryAll", where)
        return found

    async def _ask(self, api: Client, resource: str, where: str) -> dict[str, datetime | None]:
        sobject = sobject_of(api.endpoint, self.load, self.sobject)
        call = ApiCall(
            "GET",
            f"/services/data/v{api.endpoint.text('version', VERSION)}/{resource}",
            params={"q": f"SELECT Id, SystemModstamp FROM {sobject} WHERE {where}"},  # noqa: S608 -- quoted, and checked
            label=f"{resource} of the ids of {self.load}",
            names=frozenset({"Id", "SystemModstamp", sobject}),
        )
        found: dict[str, datetime | None] = {}
        async for answer in walk(api, call, NextUrl()):
            found |= dict(_entry(call, record) for record in records_of(answer, "records"))
        return found


def sobject_of(endpoint: Endpoint, load: str, default: str) -> str:
    """Return the org's own name of a load's object: the connection's option `objects`.

    Raises:
        SetupError: it is not the name of an object.
    """
    given = endpoint.options.get("objects", {})
    name = given.get(load, default) if isinstance(given, dict) else None
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]\w*", name):
        raise SetupError(f"salesforce: option objects.{load} is not the name of an object")
    return name


def _entry(call: ApiCall, record: Any) -> tuple[str, datetime | None]:
    """Read {"attributes": {...}, "Id": "003...", "SystemModstamp": "2026-11-01T10:00:00.000Z"}."""
    try:
        name, stamp = record["Id"], datetime.fromisoformat(record["SystemModstamp"])
    except (TypeError, KeyError, ValueError):
        raise SourceMalformed(f"{call.label}: a record has no Id or no SystemModstamp") from None
    if not isinstance(name, str) or stamp.tzinfo is None:
        raise SourceMalformed(f"{call.label}: an Id is no text, or a SystemModstamp has no zone")
    return name, stamp


def _quoted(text: str) -> str:
    """Return a text as SOQL writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _batched(ids: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    edges = [*range(0, len(ids), size), len(ids)]
    return [ids[start:end] for start, end in itertools.pairwise(edges)]
