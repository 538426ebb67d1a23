"""Paging: every record once, and no walking in circles."""

import asyncio
import json

import pytest

from kindred.api import ApiCall, HttpRequest, LinkHeader, NextUrl, PageNumber, records_of, walk
from kindred.errors import SourceMalformed
from tests.vendor import Vendor, gathered, query_of, reply

THINGS = list(range(7))


def walked(vendor: Vendor, call: ApiCall, paging, name: str | None = None) -> list[int]:
    async def run():
        found = []
        async for answer in walk(vendor.client(), call, paging):
            found += records_of(answer, name) if name else answer.document
        return found

    return asyncio.run(run())


def by_next_url(request: HttpRequest):
    start = int(request.url.rpartition("-")[2]) if "01g-" in request.url else 0
    page = {"records": THINGS[start : start + 3], "done": start + 3 >= len(THINGS)}
    if not page["done"]:
        page["nextRecordsUrl"] = f"/services/data/v62.0/query/01g-{start + 3}"
    return reply(page)


def by_number(request: HttpRequest):
    paging = json.loads(request.body)["paging"]
    start = (paging["pageNumber"] - 1) * paging["pageSize"]
    return reply({"things": THINGS[start : start + paging["pageSize"]], "totalHits": len(THINGS)})


def by_link(request: HttpRequest):
    highest = int(query_of(request).get("max_id", 99))
    page = [n for n in reversed(THINGS) if n < highest][:3]
    link = f'<http://behind-a-proxy/things?max_id={page[-1]}>; rel="next", <http://x/>; rel="prev"'
    return reply(page, **({"link": link} if page[-1] > 0 else {}))


QUERY = ApiCall("GET", "/services/data/v62.0/queryAll", label="query", params={"q": "SELECT"})
SEARCH = ApiCall(
    "POST", "/search", label="search", json={"paging": {"pageSize": 3, "pageNumber": 1}}
)
TIMELINE = ApiCall("GET", "/things", label="timeline", params={"limit": "3"})


def test_next_urls_are_followed_to_the_end():
    assert walked(Vendor(by_next_url), QUERY, NextUrl(), "records") == THINGS


def test_page_numbers_are_counted_up_to_the_total():
    vendor = Vendor(by_number)
    assert walked(vendor, SEARCH, PageNumber("things"), "things") == THINGS
    assert len(vendor.requests) == 3


def test_links_are_followed_on_our_own_host():
    vendor = Vendor(by_link)
    assert walked(vendor, TIMELINE, LinkHeader()) == THINGS[::-1]
    assert all(request.url.startswith("https://api.vendor.test/") for request in vendor.requests)
    assert all("Authorization" in request.headers for request in vendor.requests)


def test_no_record_at_all_is_one_empty_page():
    vendor = Vendor(lambda _: reply({"things": [], "totalHits": 0}))
    assert walked(vendor, SEARCH, PageNumber("things"), "things") == []


def test_a_cursor_that_leads_back_is_garbled():
    url = "/services/data/v62.0/query/01g-3"
    count = iter(range(100))
    vendor = Vendor(
        lambda _: reply({"records": [next(count)], "done": False, "nextRecordsUrl": url})
    )
    with pytest.raises(SourceMalformed, match="in a circle after 2 pages"):
        walked(vendor, QUERY, NextUrl(), "records")


def test_a_server_that_ignores_the_page_number_is_garbled():
    vendor = Vendor(lambda _: reply({"things": [1, 2, 3], "totalHits": 7}))
    with pytest.raises(SourceMalformed, match="in a circle"):
        walked(vendor, SEARCH, PageNumber("things"), "things")


def test_a_link_that_leads_back_is_garbled():
    count = iter(range(100))
    link = '<https://api.vendor.test/things?limit=3>; rel="next"'
    vendor = Vendor(lambda _: reply([next(count)], link=link))
    with pytest.raises(SourceMalformed, match="in a circle"):
        walked(vendor, TIMELINE, LinkHeader())


def test_an_empty_page_before_the_end_is_garbled_and_not_the_end():
    vendor = Vendor(lambda _: reply({"things": [], "totalHits": 7}))
    with pytest.raises(SourceMalformed, match="page 1 is empty"):
        walked(vendor, SEARCH, PageNumber("things"), "things")


def test_neither_done_nor_a_next_page_is_garbled():
    vendor = Vendor(lambda _: reply({"records": [1]}))
    with pytest.raises(SourceMalformed, match="neither done nor"):
        walked(vendor, QUERY, NextUrl(), "records")


@pytest.mark.parametrize("document", [[], {}, {"records": None}, "text", 5, None])
def test_an_answer_without_the_list_is_garbled(document):
    vendor = Vendor(lambda _: reply(document))
    with pytest.raises(SourceMalformed, match="no list records"):
        walked(vendor, QUERY, NextUrl(), "records")


def test_pages_are_handed_on_before_the_next_one_is_asked_for():
    vendor = Vendor(by_next_url)

    async def first():
        pages = walk(vendor.client(), QUERY, NextUrl())
        await anext(pages)
        await pages.aclose()

    asyncio.run(first())
    assert len(vendor.requests) == 1
    assert len(asyncio.run(gathered(walk(vendor.client(), QUERY, NextUrl())))) == 3
