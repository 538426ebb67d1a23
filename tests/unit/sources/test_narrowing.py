"""A question that is too wide is asked in halves, and a cursor that died is asked for again."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from kindred.api import HttpRequest, HttpResponse
from kindred.api.messages import ConnectionLost, TooLarge
from kindred.errors import SourceError, SourceForbidden, SourceUnavailable
from kindred.loads import Window
from kindred.sources import LOADS
from kindred.sources.narrowing import halves
from tests.vendor import DAY, Vendor, extracted, query_of, records, reply

CONTACTS, CALLS = LOADS["salesforce_contacts"], LOADS["genesys_conversations"]
IMPATIENT = {"patience": {"attempts": 2, "first_wait": 0}}
HOUR = timedelta(hours=1)


def problem(code: str, status: int = 400) -> HttpResponse:
    return reply([{"errorCode": code, "message": "Your query was too much for ann@x.test"}], status)


TOO_WIDE = {
    "QUERY_TIMEOUT": problem("QUERY_TIMEOUT"),
    "QUERY_TIMEOUT as a server error": problem("QUERY_TIMEOUT", 500),
    "OPERATION_TOO_LARGE": problem("OPERATION_TOO_LARGE"),
    "QUERY_TOO_COMPLICATED": problem("QUERY_TOO_COMPLICATED"),
    "a gateway's timeout": HttpResponse(504, {}, b"<html>Gateway Time-out</html>"),
    "a proxy's timeout": HttpResponse(524, {}, b""),
    "an entity too large": reply({"code": "request.entity.too.large"}, 413),
    "a query too large": reply({"code": "query.too.large"}, 400),
    "no answer in time": ConnectionLost("no answer in time", is_timeout=True),
}
CASES = [
    pytest.param(load, refusal, id=f"{load.vendor}-{name}")
    for load in (CONTACTS, CALLS)
    for name, refusal in TOO_WIDE.items()
] + [pytest.param(CONTACTS, problem("SERVER_UNAVAILABLE", 503), id="SERVER_UNAVAILABLE")]


def width(request: HttpRequest) -> tuple[datetime, timedelta]:
    """The start and the width of the window that a request asks for."""
    if request.body:
        edges = json.loads(request.body)["interval"].split("/")
    else:
        edges = [word for word in query_of(request)["q"].split() if word.startswith("2026-")]
    start, end = (datetime.fromisoformat(edge) for edge in edges)
    return start, end - start


class Weak:
    """A vendor that answers for windows up to a width, with a record for each; else refuses."""

    def __init__(self, refusal: HttpResponse | Exception, widest: timedelta) -> None:
        self.refusal, self.widest = refusal, widest
        self.asked: list[tuple[datetime, timedelta]] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start, asked = width(request)
        self.asked.append((start, asked))
        if asked > self.widest:
            if isinstance(self.refusal, Exception):
                raise self.refusal
            return self.refusal
        if request.body:
            found = [{"conversationId": f"{start}", "conversationStart": f"{start}"}]
            return reply({"conversations": found, "totalHits": 1})
        return reply({"records": [{"Id": f"{start}"}], "done": True, "totalSize": 1})


@pytest.mark.parametrize(("load", "refusal"), CASES)
def test_a_window_that_is_too_wide_is_asked_for_in_halves(load, refusal):
    vendor = Weak(refusal, 7 * HOUR)
    found = records(extracted(load, Vendor(vendor, IMPATIENT)), load.name)
    answered = [start for start, asked in vendor.asked if asked <= vendor.widest]
    assert answered == [DAY.start + n * 6 * HOUR for n in range(4)]
    assert len(found) == 4


@pytest.mark.parametrize(("load", "refusal"), CASES)
def test_the_narrowest_window_that_is_refused_is_named(load, refusal):
    vendor = Weak(refusal, timedelta(0))
    with pytest.raises(SourceError, match="2026-11-01 00:00:00 to 2026-11-01 00:00:43") as caught:
        extracted(load, Vendor(vendor, IMPATIENT))
    assert len({asked for _, asked in vendor.asked}) == 12, "eleven halvings of a day"
    assert "ann" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        problem("INVALID_TYPE"),
        problem("INSUFFICIENT_ACCESS", 403),
        problem("UNKNOWN_EXCEPTION", 500),
        reply({}, 502),
        reply({}, 429, retry_after="9999"),
        ConnectionLost("ClientConnectorError"),
    ],
)
def test_what_no_narrower_question_helps_is_not_asked_in_halves(answer):
    vendor = Weak(answer, timedelta(0))
    with pytest.raises(SourceError):
        extracted(CONTACTS, Vendor(vendor, IMPATIENT))
    assert {asked for _, asked in vendor.asked} == {24 * HOUR}


class NoToken(Vendor):
    """A vendor whose gateway gives up on every token request."""

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return HttpResponse(504, {}, b"")


def test_a_token_server_that_takes_too_long_is_no_reason_to_ask_for_less():
    vendor = NoToken(lambda _: reply({}), IMPATIENT)
    with pytest.raises(SourceUnavailable, match="the token request"):
        extracted(CONTACTS, vendor)
    assert len(vendor.requests) == 2


def test_a_page_beyond_all_size_is_asked_for_in_halves():
    vendor = Weak(TooLarge(), 12 * HOUR)
    assert len(records(extracted(CONTACTS, Vendor(vendor)), CONTACTS.name)) == 2


@pytest.mark.parametrize("seconds", [61, 62, 86_400, 2**31 - 1])
def test_halves_cover_the_whole_window_and_meet_at_a_second(seconds):
    window = Window(DAY.start, DAY.start + timedelta(seconds=seconds))
    first, second = halves(window)
    assert (first.start, second.end, first.end) == (window.start, window.end, second.start)
    assert first.end.microsecond == 0
    assert (
        timedelta(0)
        <= (first.end - first.start) - (second.end - second.start)
        <= timedelta(seconds=1)
    )


class Cursor:
    """Serves two pages a query; the second page's cursor is dead for the first `dead` queries."""

    def __init__(self, dead: int, code: str = "INVALID_QUERY_LOCATOR") -> None:
        self.dead, self.code, self.queries = dead, code, 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "queryAll?" in request.url:
            self.queries += 1
            more = f"/services/data/v62.0/query/{self.queries}-1"
            page = {"records": [{"Id": "1"}], "done": False, "nextRecordsUrl": more}
            return reply(page | {"totalSize": 2})
        if self.queries <= self.dead:
            return problem(self.code)
        return reply({"records": [{"Id": "2"}], "done": True, "totalSize": 2})


@pytest.mark.parametrize("code", ["INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED"])
@pytest.mark.parametrize("dead", [1, 3])
def test_a_query_whose_cursor_died_is_asked_again(dead, code):
    cursor = Cursor(dead, code)
    found = records(extracted(CONTACTS, Vendor(cursor)), CONTACTS.name)
    assert [record["Id"] for record in found] == ["1"] * (dead + 1) + ["2"]
    assert cursor.queries == dead + 1


def test_a_cursor_that_lives_too_short_for_a_window_may_live_long_enough_for_its_half():
    found = records(extracted(CONTACTS, Vendor(Cursor(4))), CONTACTS.name)
    assert [record["Id"] for record in found][-4:] == ["1", "2", "1", "2"]


def test_a_cursor_that_is_dead_for_ever_ends_with_the_window():
    cursor = Cursor(10_000)
    with pytest.raises(SourceError, match=r"INVALID_QUERY_LOCATOR.*2026-11-01 00:00:00 to"):
        extracted(CONTACTS, Vendor(cursor))
    assert cursor.queries == 4 * 12


def test_more_conversations_than_a_minute_may_have_name_the_minute():
    def handler(_: HttpRequest) -> HttpResponse:
        return reply({"conversations": [{"conversationId": "c"}], "totalHits": 100_001})

    with pytest.raises(SourceError, match=r"100001 conversations.*2026-11-01 00:00:00"):
        extracted(CALLS, Vendor(handler))


def test_a_refusal_in_a_half_is_passed_on_as_what_it_is():
    def handler(request: HttpRequest) -> HttpResponse:
        start, asked = width(request)
        if asked > 12 * HOUR:
            return problem("QUERY_TIMEOUT")
        is_first = start == datetime(2026, 11, 1, tzinfo=UTC)
        return reply({"records": [], "done": True}) if is_first else problem("FORBIDDEN", 403)

    with pytest.raises(SourceForbidden, match="FORBIDDEN"):
        extracted(CONTACTS, Vendor(handler))
