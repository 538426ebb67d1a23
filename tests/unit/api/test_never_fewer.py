"""However a vendor's pages are damaged, all records come or an error does: never fewer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindred.api import ApiCall, HttpRequest, HttpResponse, LinkHeader, NextUrl, PageNumber, walk
from kindred.errors import SourceError
from tests.vendor import Vendor, query_of, reply

SIZE = 4
Damage = Callable[[dict[str, Any]], Any]


def without(name: str) -> Damage:
    return lambda page: page.pop(name, None)


def holding(name: str, value: Any) -> Damage:
    return lambda page: page.update({name: value})


def shortened(page: dict[str, Any]) -> None:
    del page["records"][-1:]


def emptied(page: dict[str, Any]) -> None:
    page["records"] = []


# What may happen to a page whose total stays true.
ANYWHERE: list[Damage] = [
    shortened,
    emptied,
    without("records"),
    holding("records", None),
    holding("records", {}),
    without("nextRecordsUrl"),
    *(holding("nextRecordsUrl", value) for value in ("", None, 5, [], "/query/0", "//evil.test/x")),
    without("done"),
    *(holding("done", value) for value in (True, False, None, "true", 1)),
]


class Cursor:
    """Salesforce's pages over some records, one page of which is damaged."""

    call = ApiCall("GET", "/query/0", label="query")
    paging = NextUrl()

    def __init__(self, count: int, damaged: int, damage: Damage) -> None:
        self.count, self.damaged, self.damage = count, damaged, damage

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place = request.url.rpartition("/")[2]
        start = int(place) if place.isdigit() else 0
        end = min(start + SIZE, self.count)
        page = {"totalSize": self.count, "records": [*range(start, end)], "done": end == self.count}
        if end < self.count:
            page["nextRecordsUrl"] = f"/query/{end}"
        if start // SIZE == self.damaged:
            self.damage(page)
        return reply(page)


class Numbered(Cursor):
    """Genesys' pages."""

    call = ApiCall("POST", "/s", label="s", json={"paging": {"pageSize": SIZE, "pageNumber": 1}})
    paging = PageNumber("records")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = json.loads(request.body or b"")["paging"]["pageNumber"]
        start = (number - 1) * SIZE
        page = {
            "totalHits": self.count,
            "records": [*range(start, min(start + SIZE, self.count))],
        }
        if number - 1 == self.damaged:
            self.damage(page)
        return reply(page)


class Linked(Cursor):
    """Mastodon's pages, newest first, one of which has lost its link."""

    call = ApiCall("GET", "/t", label="t", params={"limit": f"{SIZE}"})
    paging = LinkHeader()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        highest = int(query_of(request).get("max_id", self.count))
        ids = [*range(highest - 1, max(highest - 1 - SIZE, -1), -1)]
        page: dict[str, Any] = {"link": f'</t?max_id={ids[-1]}>; rel="next"'} if ids else {}
        if (self.count - highest) // SIZE == self.damaged:
            self.damage(page)
        return reply([{"id": str(n)} for n in ids], **page)


LINKS: list[Damage] = [
    without("link"),
    holding("link", '<>; rel="next"'),
    holding("link", '</t?max_id=1>; rel="prev"'),
    holding("link", "nonsense"),
]


@pytest.mark.parametrize(
    ("server", "damages"), [(Cursor, ANYWHERE), (Numbered, ANYWHERE), (Linked, LINKS)]
)
@settings(max_examples=100, deadline=None)
@given(data=st.data(), count=st.integers(1, 5 * SIZE))
def test_all_records_come_or_an_error(server, damages, data, count):
    damaged = data.draw(st.integers(0, (count - 1) // SIZE))
    serve = server(count, damaged, data.draw(st.sampled_from(damages)))

    async def run() -> int:
        client = Vendor(serve).client()
        pages = [p async for p in walk(client, serve.call, serve.paging)]
        return sum(len(serve.paging.listed(page)) for page in pages)

    try:
        came = asyncio.run(run())
    except SourceError:
        return
    assert came >= count
