"""One transcript that is refused is one item: named, asked for again, and no reason to stop."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from kindred.api import HttpRequest, HttpResponse
from kindred.errors import SourceError, SourceForbidden, SourceUnavailable
from kindred.loads import Page
from kindred.sources.genesys import Conversation
from tests.unit.sources.test_extract_genesys import (
    ALL,
    CONVERSATIONS,
    FOUND,
    NIGHT,
    STORE,
    TRANSCRIPT,
    Raw,
    Region,
    asked_for,
)
from tests.vendor import DAY, Vendor, extracted, records, reply

MISSING = {"code": "missing.any.permissions", "message": "ann@x.test"}
# What a vendor answers in place of a transcript, or of its address, and how that is named.
REFUSALS = [
    (reply(MISSING, 403), "403 missing.any.permissions"),
    (reply({"code": "bad.request"}, 400), "400 bad.request"),
    (reply({"code": "conflict"}, 409), "409 conflict"),
    (HttpResponse(202, {}, b""), "202"),
    (reply({"status": "pending"}, 202), "202"),
    (HttpResponse(204, {}, b""), "204"),
    (HttpResponse(200, {}, b"<Error/>"), "unreadable"),
    (reply([]), "unreadable"),
    (reply({"transcripts": None}), "unreadable"),
    (reply({"url": 7}), "unreadable"),
    (reply({}, 500), "500"),
]


def call(number: int, **given) -> dict:
    return FOUND | {"conversationId": f"c{number}"} | given


class Refusing(Region):
    """A region that answers for some conversations with what it is given."""

    def __init__(
        self, *found: dict, refused: dict[str, HttpResponse], at_store: bool = False
    ) -> None:
        super().__init__(*found)
        self.refused, self.at_store = refused, at_store

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_address, is_store = "/transcripturl" in request.url, request.url.startswith(STORE)
        name = request.url.split("/")[7 if is_address else 4] if is_address or is_store else ""
        if name in self.refused and is_store == self.at_store:
            return self.refused[name]
        if is_store:
            return reply(TRANSCRIPT)
        return reply({"url": f"{STORE}{name}/1"}) if is_address else super().__call__(request)


def pages_of(region: Region, raw=None, **given) -> list[Page]:
    pages = extracted(CONVERSATIONS, Vendor(region), raw, loads=ALL, **given)
    return [page for page in pages if page.load == "genesys_transcripts"]


@pytest.mark.parametrize("at_store", [False, True])
@pytest.mark.parametrize(("refusal", "reason"), REFUSALS)
def test_one_refused_transcript_is_named_and_the_others_land(refusal, reason, at_store):
    region = Refusing(*map(call, range(3)), refused={"c1": refusal}, at_store=at_store)
    (page,) = pages_of(region)
    assert page.unanswered == {"c1": reason}
    assert {record["conversation_id"] for record in page.records} == {"c0", "c2"}
    assert all("text" in record for record in page.records), "no item is a row for quarantine"
    assert page.failure is None


def test_an_address_that_leads_to_nothing_is_one_item():
    (page,) = pages_of(Refusing(call(0), call(1), refused={"c1": reply({}, 404)}, at_store=True))
    assert page.unanswered == {"c1": "404"}


def test_a_fresh_token_that_is_refused_is_the_login_and_fails_at_the_first():
    failure = pages_of(Refusing(call(0), refused={"c0": reply({}, 401)}))[-1].failure
    assert isinstance(failure, SourceForbidden)


@pytest.mark.parametrize("refusal", [reply(MISSING, 403), reply({}, 400)])
def test_all_of_a_fair_number_refused_is_the_permission(refusal):
    names = [f"c{number}" for number in range(5)]
    found = [call(number) for number in range(5)]
    failure = pages_of(Refusing(*found, refused=dict.fromkeys(names, refusal)))[-1].failure
    assert isinstance(failure, SourceError)
    assert isinstance(failure, SourceForbidden) == (refusal.status != 400)
    some = dict.fromkeys(names[:4], refusal)
    assert [page.failure for page in pages_of(Refusing(*found, refused=some))] == [None]
    assert [page.failure for page in pages_of(Refusing(*found[:4], refused=some))] == [None]


def test_without_any_permission_not_every_transcript_is_asked_for():
    found = [call(number) for number in range(250)]
    refused = {f"c{number}": reply(MISSING, 403) for number in range(250)}
    vendor = Vendor(Refusing(*found, refused=refused))
    pages = extracted(CONVERSATIONS, vendor, loads=ALL)
    assert asked_for(vendor, "transcripturl") == 100
    assert [type(page.failure) for page in pages if page.failure] == [SourceForbidden]
    assert len(records(pages, "genesys_conversations")) == 250


@pytest.mark.parametrize("refusal", [HttpResponse(202, {}, b""), HttpResponse(204, {}, b"")])
def test_transcripts_that_are_all_still_being_written_are_no_failure(refusal):
    found = [call(number) for number in range(9)]
    region = Refusing(*found, refused={f"c{number}": refusal for number in range(9)})
    (page,) = pages_of(region)
    assert (page.failure, len(page.unanswered)) == (None, 9)


def test_more_server_errors_than_an_item_or_two_are_the_vendors():
    found = [call(number) for number in range(20)]
    for broken, is_failure in ((5, False), (6, True)):
        refused = {f"c{number}": reply({}, 500) for number in range(broken)}
        failure = pages_of(Refusing(*found, refused=refused))[-1].failure
        assert isinstance(failure, SourceUnavailable) == is_failure


def test_a_rate_limit_is_no_item():
    refused = {"c1": reply({}, 429, retry_after="9999")}
    (page,) = pages_of(Refusing(call(0), call(1), refused=refused))
    assert isinstance(page.failure, SourceUnavailable)


def held(*ids: str, refused: frozenset[str] = frozenset(), days: int = 0) -> Raw:
    """A warehouse that has these conversations, asked for once since, some refused then."""
    first = records(extracted(CONVERSATIONS, Vendor(Region(call(0)))), "genesys_conversations")[0]
    one = msgspec.convert(first, Conversation)
    started = one.started_at - timedelta(days=days)
    raw = Raw(one, DAY.start, is_heard=False, later=True)
    raw.rows["genesys_conversations"] = [
        msgspec.structs.asdict(one)
        | {"conversation_id": name, "started_at": started, "_batch_id": 1}
        for name in ids
    ]
    batch = raw.batches["genesys_transcripts"]
    raw.batches["genesys_transcripts"] = replace(batch, unanswered=refused)
    return raw


def old(number: int) -> dict:
    """A conversation that had settled: without a transcript by then it would get none."""
    return call(number, conversationStart="2026-10-25T10:00:00.000Z")


def test_a_refused_transcript_is_asked_for_again_as_long_as_nights_look_back():
    raw = held("c0", "c1", refused=frozenset({"c1"}), days=7)
    vendor = Vendor(Region(old(0), old(1)))
    extracted(CONVERSATIONS, vendor, raw, NIGHT, loads=ALL)
    asked = [request.url for request in vendor.requests if "transcripturl" in request.url]
    assert ["/c1/" in url for url in asked] == [True]


def test_a_queue_without_permission_holds_no_quiet_night():
    names = [f"c{number}" for number in range(60)]
    raw = held(*names, refused=frozenset(names), days=7)
    region = Refusing(*map(old, range(60)), refused=dict.fromkeys(names, reply(MISSING, 403)))
    (page,) = pages_of(region, raw, window=NIGHT)
    assert (page.failure, len(page.unanswered)) == (None, 60)


def test_no_reason_repeats_what_the_vendor_wrote():
    (page,) = pages_of(Refusing(call(0), call(1), refused={"c1": reply(MISSING, 403)}))
    assert "ann@x.test" not in str(page.unanswered)


def test_a_conversation_without_an_id_breaks_nothing():
    nameless = {name: value for name, value in FOUND.items() if name != "conversationId"}
    pages = extracted(CONVERSATIONS, Vendor(Region(nameless)), loads=ALL)
    assert len(records(pages, "genesys_conversations")) == 1
    assert records(pages, "genesys_transcripts") == []
