"""What is missing from a page: for each paging scheme an end, or an error, and never a guess."""

import asyncio
from typing import Any

import pytest

from kindred.api import ApiCall, HttpRequest, HttpResponse, LinkHeader, NextUrl, PageNumber, walk
from kindred.errors import SetupError, SourceMalformed
from tests.vendor import Vendor, query_of, reply

NEXT = "/services/data/v62.0/query/01g-"
QUERY = ApiCall("GET", "/services/data/v62.0/queryAll", label="query", params={"q": "SELECT"})
SEARCH = ApiCall(
    "POST", "/search", label="search", json={"paging": {"pageSize": 2, "pageNumber": 1}}
)
TIMELINE = ApiCall("GET", "/things", label="timeline", params={"limit": "2"})
SCHEMES = {
    "next": (QUERY, NextUrl()),
    "number": (SEARCH, PageNumber("things")),
    "link": (TIMELINE, LinkHeader()),
}
ONE, TWO, THREE = {"id": "3"}, {"id": "2"}, {"id": "1"}


def linked(url: str, *records: Any) -> HttpResponse:
    return reply(list(records), link=f'<{url}>; rel="next"')


def walked(
    scheme: str, *answers: Any, options: dict | None = None
) -> tuple[list, list[HttpRequest]]:
    """Walk over these answers, one a question; return what came and what was asked."""
    left = [a if isinstance(a, HttpResponse) else reply(a) for a in answers]
    vendor = Vendor(lambda _: left.pop(0), options)
    call, paging = SCHEMES[scheme]

    async def run() -> list:
        client = vendor.client()
        return [r async for answer in walk(client, call, paging) for r in paging.listed(answer)]

    return asyncio.run(run()), vendor.requests


# Scheme, answers, how many records there are at the end.
ENDS: dict[str, tuple[str, list[Any], int]] = {
    "done without a next page": ("next", [{"records": [1], "done": True}], 1),
    "done with a null next page": (
        "next",
        [{"records": [1], "done": True, "nextRecordsUrl": None}],
        1,
    ),
    "done with an empty next page": (
        "next",
        [{"records": [1], "done": True, "nextRecordsUrl": ""}],
        1,
    ),
    "done with a next page once the total has come": (
        "next",
        [{"records": [1], "done": True, "totalSize": 1, "nextRecordsUrl": f"{NEXT}1"}],
        1,
    ),
    "done with a next page before the total": (
        "next",
        [
            {"records": [1], "done": True, "totalSize": 2, "nextRecordsUrl": f"{NEXT}1"},
            {"records": [2], "done": True, "totalSize": 2},
        ],
        2,
    ),
    "an empty page with a next page": (
        "next",
        [
            {"records": [], "done": False, "totalSize": 1, "nextRecordsUrl": f"{NEXT}1"},
            {"records": [1], "done": True, "totalSize": 1},
        ],
        1,
    ),
    "no record": ("next", [{"records": [], "done": True, "totalSize": 0}], 0),
    "an empty day without the list": ("number", [{}], 0),
    "an empty day without the list, with its total": ("number", [{"totalHits": 0}], 0),
    "an empty day with the list": ("number", [{"things": [], "totalHits": 0}], 0),
    "no hits and a list that is null": ("number", [{"things": None, "totalHits": 0}], 0),
    "no total and a page that is not full": ("number", [{"things": [1]}], 1),
    "no total and a full page": ("number", [{"things": [1, 2]}, {"things": [3]}], 3),
    "no total and nothing after a full page": ("number", [{"things": [1, 2]}, {}], 2),
    "a total that grows": (
        "number",
        [
            {"things": [1, 2], "totalHits": 2 + 1},
            {"things": [3, 4], "totalHits": 5},
            {"things": [5], "totalHits": 5},
        ],
        5,
    ),
    "a total that shrinks": (
        "number",
        [{"things": [1, 2], "totalHits": 4}, {"things": [3], "totalHits": 3}],
        3,
    ),
    "a total on the first page only": (
        "number",
        [{"things": [1, 2], "totalHits": 3}, {"things": [3]}],
        3,
    ),
    "no link on a page that is not full": ("link", [[ONE]], 1),
    "no status": ("link", [[]], 0),
    "an empty page with a link": ("link", [linked("/things?max_id=3"), [TWO]], 1),
    "a full page without a link": ("link", [[ONE, TWO], [THREE]], 3),
    "a full page without a link after a link that lost the size": (
        "link",
        [linked("/things?max_id=9", {"id": "9"}), [ONE, TWO], [THREE]],
        4,
    ),
    "a full page without a link, and nothing below it": ("link", [[ONE, TWO], []], 2),
    "a page of the vendor's default size without a link": (
        "link",
        [linked("/things?limit=40&max_id=9", ONE), [{"id": str(n)} for n in range(20)], []],
        21,
    ),
}

# Scheme, answers, what the message says.
ERRORS: dict[str, tuple[str, list[Any], str]] = {
    "a total that the pages do not reach": (
        "next",
        [{"records": [1, 2, 3, 4, 5], "done": True, "totalSize": 100}],
        "100 records stated, 5 came",
    ),
    "a total that two pages do not reach": (
        "next",
        [
            {"records": [1], "done": False, "totalSize": 3, "nextRecordsUrl": f"{NEXT}1"},
            {"records": [2], "done": True, "totalSize": 3},
        ],
        "3 records stated, 2 came in 2 pages",
    ),
    "a frozen total that shrinks": (
        "next",
        [
            {"records": [1], "done": False, "totalSize": 3, "nextRecordsUrl": f"{NEXT}1"},
            {"records": [2], "done": True, "totalSize": 2},
        ],
        "3 records stated, 2 came",
    ),
    "a frozen total that grows": (
        "next",
        [
            {"records": [1], "done": False, "totalSize": 2, "nextRecordsUrl": f"{NEXT}1"},
            {"records": [2], "done": True, "totalSize": 3},
        ],
        "3 records stated, 2 came",
    ),
    "an empty end before the total": (
        "next",
        [{"records": [], "done": True, "totalSize": 7}],
        "page 1 is empty before the end: 7 records stated, 0 came",
    ),
    "neither done nor a next page": ("next", [{"records": [1], "done": False}], "neither done nor"),
    "no word of an end": ("next", [{"records": [1]}], "neither done nor"),
    "an empty next page": (
        "next",
        [{"records": [1], "done": False, "nextRecordsUrl": ""}],
        "neither done nor",
    ),
    "a next page that is no text": (
        "next",
        [{"records": [1], "done": False, "nextRecordsUrl": 5}],
        "neither done nor",
    ),
    "done with a next page that is no text": (
        "next",
        [{"records": [1], "done": True, "nextRecordsUrl": {}}],
        "neither done nor",
    ),
    "done in a text": ("next", [{"records": [1], "done": "false"}], "neither done nor"),
    "a next page that is no address": (
        "next",
        [{"records": [1], "done": False, "nextRecordsUrl": "https://[x"}],
        "address is none",
    ),
    "records missing": ("next", [{"done": True, "totalSize": 0}], "no list records"),
    "records null": ("next", [{"records": None, "done": True}], "no list records"),
    "a total in a text": (
        "next",
        [{"records": [], "done": True, "totalSize": "0"}],
        "totalSize is not a number",
    ),
    "a total that is null": (
        "next",
        [{"records": [], "done": True, "totalSize": None}],
        "totalSize is not a number",
    ),
    "hits that the pages do not reach": (
        "number",
        [{"things": [1, 2], "totalHits": 4}, {"things": [3], "totalHits": 4}],
        "4 records stated, 3 came in 2 pages",
    ),
    "hits and a page that is not full": (
        "number",
        [{"things": [1], "totalHits": 2}],
        "2 records stated, 1 came",
    ),
    "hits and an empty page": (
        "number",
        [{"things": [], "totalHits": 7}],
        "page 1 is empty before the end: 7 records stated, 0 came",
    ),
    "hits and the same page again": (
        "number",
        [{"things": [1, 2], "totalHits": 50}] * 2,
        "circle after 2 pages: 50 records stated, 2 came",
    ),
    "the list missing though there are hits": ("number", [{"totalHits": 5}], "no list things"),
    "the list null": ("number", [{"things": None}], "no list things"),
    "the list null though there are hits": (
        "number",
        [{"things": None, "totalHits": 5}],
        "no list things",
    ),
    "the list no list": ("number", [{"things": {}}], "no list things"),
    "hits in a text": ("number", [{"things": [1], "totalHits": "1"}], "totalHits is not a number"),
    "hits that are true": ("number", [{"things": [1], "totalHits": True}], "not a number"),
    "hits below zero": ("number", [{"things": [1], "totalHits": -1}], "not a number"),
    "the first page's hits not reached": (
        "number",
        [{"things": [1, 2], "totalHits": 9}, {}],
        "9 records stated, 2 came",
    ),
    "no document": ("number", [[]], "no list things"),
    "a body that is no list": ("link", [{"error": "x"}], "not a list"),
    "a link without an address": ("link", [linked("", ONE)], "without an address"),
    "a full page without a link and without ids": ("link", [[1, 2]], "neither a link"),
    "a full page without a link whose id is a number": (
        "link",
        [[ONE, {"id": 2}]],
        "neither a link",
    ),
    "a server that knows no max_id": ("link", [[ONE, TWO], [ONE, TWO]], "circle"),
}


@pytest.mark.parametrize(("scheme", "answers", "count"), ENDS.values(), ids=ENDS)
def test_what_is_an_end_ends_with_every_record(scheme, answers, count):
    found, requests = walked(scheme, *answers)
    assert (len(found), len(requests)) == (count, len(answers))


@pytest.mark.parametrize(("scheme", "answers", "message"), ERRORS.values(), ids=ERRORS)
def test_what_is_no_end_is_an_error_that_says_why(scheme, answers, message):
    with pytest.raises(SourceMalformed, match=message):
        walked(scheme, *answers)


def test_a_full_page_without_a_link_goes_on_below_its_last_record():
    _, requests = walked("link", [ONE, TWO], [THREE])
    assert [query_of(request) for request in requests] == [
        {"limit": "2"},
        {"limit": "2", "max_id": "2"},
    ]


@pytest.mark.parametrize(
    "header",
    [
        '<https://x.test/p?max_id=3>; rel="next"',
        '<https://x.test/p?min_id=9>; rel="prev", <https://x.test/p?max_id=3>; rel="next"',
        "<https://x.test/p?max_id=3>; REL=next",
        '<https://x.test/p?max_id=3>; title="a"; rel="last next"',
        "</p?max_id=3>;rel=next",
        "<?max_id=3>; rel=next",
    ],
)
def test_a_next_link_is_found_however_it_is_written(header):
    _, requests = walked("link", reply([ONE], link=header), [])
    assert query_of(requests[1])["max_id"] == "3"


def test_a_link_to_something_else_is_no_next_page():
    found, _ = walked("link", reply([ONE], link='<https://x.test/a>; rel="next-archive"'))
    assert found == [ONE]


def test_a_page_that_is_not_there_after_others_that_were_is_an_error():
    answers = [reply({"records": [1], "done": False, "nextRecordsUrl": f"{NEXT}1"}), reply({}, 404)]
    vendor = Vendor(lambda _: answers.pop(0))
    call = ApiCall("GET", "/things", label="things", may_be_absent=True)

    async def run() -> None:
        async for _ in walk(vendor.client(), call, NextUrl()):
            pass

    with pytest.raises(SourceMalformed, match="page 2 is not there"):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"pages": 3}, "no end after 3 pages, stopped at the bound of 3 pages"),
        ({"bytes": 100}, "the bound of 100 bytes; raise bounds.bytes"),
        ({"seconds": 1e-9}, "the bound of 1e-09 seconds"),
    ],
)
def test_a_cursor_that_never_ends_is_stopped_at_the_bound_that_it_passes(bounds, message):
    endless = [{"records": [n], "done": False, "nextRecordsUrl": f"{NEXT}{n}"} for n in range(100)]
    with pytest.raises(SourceMalformed, match=message):
        walked("next", *endless, options={"bounds": bounds})


@pytest.mark.parametrize(
    "bounds", [{"hours": 1}, {"pages": 0}, {"pages": "3"}, [3], {"bytes": True}]
)
def test_bounds_take_known_settings_above_zero_only(bounds):
    with pytest.raises(SetupError, match="pages, bytes, seconds"):
        walked("next", {"records": [], "done": True}, options={"bounds": bounds})
