"""Genesys: one walk feeds three loads, and transcripts are asked for no more than needed."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kindred.api import Endpoint, HttpRequest, HttpResponse
from kindred.errors import SourceUnavailable
from kindred.landing.contracts import Contract
from kindred.loads import Batch, Window
from kindred.sources import LOADS
from kindred.sources.genesys import LOOKBACK, Conversation, Phrase, Survey, auth
from tests.vendor import DAY, Nothing, Vendor, extracted, records, reply

CONVERSATIONS = LOADS["genesys_conversations"]
ALL = ["genesys_conversations", "genesys_surveys", "genesys_transcripts"]
STORE = "https://transcripts.store.test/t/"
FOUND = {
    "conversationId": "c1",
    "conversationStart": "2026-11-01T10:00:00.000Z",
    "conversationEnd": "2026-11-01T10:05:00.000Z",
    "originatingDirection": "inbound",
    "divisionIds": ["d1"],
    "mood": "new",
    "participants": [
        {
            "purpose": "customer",
            "sessions": [
                {"sessionId": "m1", "mediaType": "voice", "ani": "tel:+15550100", "segments": []}
            ],
        },
        {
            "purpose": "agent",
            "sessions": [
                {
                    "sessionId": "m2",
                    "mediaType": "voice",
                    "ani": "tel:+15559999",
                    "metrics": [{"name": "tHandle", "value": 290000}],
                    "segments": [{"queueId": "q1"}],
                }
            ],
        },
        {
            "purpose": "acd",
            "sessions": [{"sessionId": "m3", "metrics": [{"name": "tAcd", "value": 12500}]}],
        },
    ],
    "surveys": [
        {
            "surveyId": "s1",
            "surveyFormName": "after call",
            "surveyStatus": "Finished",
            "surveyCompletedDate": "2026-11-01T18:00:00.000Z",
            "oSurveyTotalScore": 80,
            "surveyPromoterScore": 9,
            "userId": "agent-7",
            "mood": "new",
        }
    ],
}
TRANSCRIPT = {
    "conversationId": "c1",
    "transcripts": [
        {
            "language": "en-us",
            "phrases": [
                {"text": "hello", "startTimeMs": 1793527200000, "participantPurpose": "internal"},
                {"text": "hi", "startTimeMs": 1793527205000, "participantPurpose": "external"},
            ],
        }
    ],
}


class Region:
    """A region with some conversations; pages, addresses and transcripts."""

    def __init__(self, *found: dict, transcript: HttpResponse | None = None) -> None:
        self.found = found or (FOUND,)
        self.transcript = transcript or reply(TRANSCRIPT)
        self.intervals: list[str] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.url.startswith(STORE):
            return self.transcript
        if request.url.endswith("/transcripturl"):
            return reply({"url": f"{STORE}1?X-Amz-Signature=a%2Fb+c"})
        asked = json.loads(request.body)
        self.intervals.append(asked["interval"])
        size = asked["paging"]["pageSize"]
        start = (asked["paging"]["pageNumber"] - 1) * size
        page = list(self.found[start : start + size])
        return reply({"conversations": page, "totalHits": len(self.found)})


class Raw(Nothing):
    """A warehouse that holds the conversation and perhaps its transcript.

    Batch 1 brought the conversation; `asked_through`: up to where transcripts were asked for, by
    batch 2, `later` or earlier than that.
    """

    def __init__(
        self, conversation: Conversation, asked_through: datetime, *, is_heard: bool, later: bool
    ) -> None:
        of = {"conversation_id": conversation.conversation_id}
        self.rows = {
            "genesys_conversations": [msgspec.structs.asdict(conversation) | {"_batch_id": 1}],
            "genesys_transcripts": [of] if is_heard else [],
        }
        window = Window(asked_through - LOOKBACK, asked_through)
        attempts = {"genesys_conversations": 5, "genesys_transcripts": 6 if later else 4}
        self.batches = {
            name: Batch(number, name, window, "run", attempt)
            for number, (name, attempt) in enumerate(attempts.items(), 1)
        }

    async def rows_where_in(self, load, columns, column, values):
        rows = [row for row in self.rows[load] if row[column] in values]
        return [{name: row[name] for name in columns} for row in rows]

    async def published_batches(self, load, window):  # noqa: ARG002
        return [self.batches[load]]


def asked_for(vendor: Vendor, part: str) -> int:
    return sum(part in request.url for request in vendor.requests)


def test_a_conversation_is_flattened_and_what_the_contract_lacks_stays():
    vendor = Vendor(Region())
    found = records(extracted(CONVERSATIONS, vendor), "genesys_conversations")[0]
    assert msgspec.structs.asdict(msgspec.convert(found, Conversation)) == {
        "conversation_id": "c1",
        "started_at": datetime(2026, 11, 1, 10, tzinfo=UTC),
        "ended_at": datetime(2026, 11, 1, 10, 5, tzinfo=UTC),
        "direction": "inbound",
        "media_type": "voice",
        "customer_phone": "+15550100",
        "customer_email": None,
        "queue_id": "q1",
        "wait_seconds": 12.5,
        "handle_seconds": 290.0,
    }
    assert found["mood"] == "new"
    assert "divisionIds" not in found


def test_an_email_conversation_has_the_customers_address_and_no_phone():
    session = {"sessionId": "m1", "mediaType": "email", "addressFrom": "ann@x.test"}
    mail = FOUND | {"participants": [{"purpose": "customer", "sessions": [session]}]}
    found = records(extracted(CONVERSATIONS, Vendor(Region(mail))), "genesys_conversations")[0]
    assert (found["customer_email"], found["customer_phone"]) == ("ann@x.test", None)


def test_a_survey_knows_its_conversation_and_keeps_unexpected_fields():
    found = records(extracted(CONVERSATIONS, Vendor(Region())), "genesys_surveys")[0]
    survey = msgspec.convert(found, Survey)
    assert (survey.survey_id, survey.conversation_id, survey.total_score) == ("s1", "c1", 80.0)
    assert survey.conversation_started_at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert found["mood"] == "new"
    assert "userId" not in found


def test_phrases_are_numbered_through_and_timed():
    found = records(extracted(CONVERSATIONS, Vendor(Region()), loads=ALL), "genesys_transcripts")
    phrases = msgspec.convert(found, list[Phrase])
    assert [(p.phrase_number, p.participant, p.text) for p in phrases] == [
        (0, "internal", "hello"),
        (1, "external", "hi"),
    ]
    assert phrases[1].said_at - phrases[0].said_at == timedelta(seconds=5)
    assert {p.communication_id for p in phrases} == {"m1"}


def test_the_three_loads_cost_one_walk():
    vendor = Vendor(Region())
    extracted(CONVERSATIONS, vendor, loads=ALL)
    assert asked_for(vendor, "/details/query") == 1
    assert len({id(LOADS[name].extract) for name in ALL}) == 1


def test_no_token_follows_to_the_transcripts_host_and_the_signature_stays_as_signed():
    vendor = Vendor(Region())
    extracted(CONVERSATIONS, vendor, loads=ALL)
    there = [request for request in vendor.requests if request.url.startswith(STORE)]
    assert [request.url for request in there] == [f"{STORE}1?X-Amz-Signature=a%2Fb+c"]
    assert "Authorization" not in there[0].headers


def test_transcripts_are_not_asked_for_when_their_load_is_not_wanted():
    vendor = Vendor(Region())
    extracted(CONVERSATIONS, vendor)
    assert asked_for(vendor, "transcripturl") == 0


def test_a_conversation_without_a_transcript_is_no_failure():
    def handler(request: HttpRequest) -> HttpResponse:
        is_address = request.url.endswith("/transcripturl")
        return reply({}, 404) if is_address else Region()(request)

    pages = extracted(CONVERSATIONS, Vendor(handler), loads=ALL)
    assert records(pages, "genesys_transcripts") == []
    assert not any(page.failure for page in pages)


NIGHT = Window(DAY.start - LOOKBACK, DAY.end)  # as the ledger plans it


def asked_again(
    conversation: dict,
    window: Window = NIGHT,
    *,
    is_heard: bool,
    later: bool = True,
    **rewritten,
) -> int:
    """How often transcripts are asked for when raw holds the conversation, once rewritten."""
    region = Region(conversation)
    flat = records(extracted(CONVERSATIONS, Vendor(region)), "genesys_conversations")[0]
    held = msgspec.structs.replace(msgspec.convert(flat, Conversation), **rewritten)
    raw = Raw(held, DAY.end if is_heard else DAY.start, is_heard=is_heard, later=later)
    vendor = Vendor(region)
    extracted(CONVERSATIONS, vendor, raw, window, loads=ALL)
    return asked_for(vendor, "transcripturl")


def test_the_transcript_of_an_unchanged_conversation_is_not_asked_for_again():
    assert asked_again(FOUND, is_heard=True) == 0


def test_the_transcript_of_a_rewritten_conversation_is_asked_for_again():
    assert asked_again(FOUND, is_heard=True, ended_at=None) == 1
    assert asked_again(FOUND, is_heard=True, later=False) == 1, "asked for before its last change"


def test_a_missing_transcript_is_asked_for_until_two_days_have_passed():
    assert asked_again(FOUND, is_heard=False) == 1
    for start, times in (("2026-10-30T00:00:00Z", 1), ("2026-10-29T23:59:59Z", 0)):
        assert asked_again(FOUND | {"conversationStart": start}, is_heard=False) == times


def test_a_missing_transcript_is_asked_for_once_after_its_call_is_in_raw():
    late = FOUND | {"conversationStart": "2026-10-25T00:00:00Z"}
    assert asked_again(late, is_heard=False) == 0
    assert asked_again(late, is_heard=False, later=False) == 1


def test_a_backfill_asks_for_every_transcript_that_raw_lacks():
    assert asked_again(FOUND, DAY, is_heard=False) == 1
    assert asked_again(FOUND, DAY, is_heard=True) == 0


def test_a_transcript_host_that_is_down_ends_the_transcripts_and_nothing_else():
    many = [FOUND | {"conversationId": f"c{n}"} for n in range(150)]
    pages = extracted(CONVERSATIONS, Vendor(Region(*many, transcript=reply({}, 500))), loads=ALL)
    failures = [page.failure for page in pages if page.failure]
    assert [type(failure) for failure in failures] == [SourceUnavailable]
    assert len(records(pages, "genesys_conversations")) == 150
    assert len(records(pages, "genesys_surveys")) == 150


def test_a_wide_window_is_asked_for_in_spans_of_31_days():
    region = Region()
    extracted(CONVERSATIONS, Vendor(region), window=Window(DAY.start - timedelta(days=60), DAY.end))
    assert region.intervals == [
        "2026-09-02T00:00:00.000Z/2026-10-03T00:00:00.000Z",
        "2026-10-03T00:00:00.000Z/2026-11-02T00:00:00.000Z",
    ]


def test_a_span_with_more_hits_than_the_vendor_pages_through_is_halved():
    def handler(request: HttpRequest) -> HttpResponse:
        interval = json.loads(request.body)["interval"]
        is_whole = interval == "2026-11-01T00:00:00.000Z/2026-11-02T00:00:00.000Z"
        total = 100_001 if is_whole else 1
        return reply({"conversations": [FOUND], "totalHits": total})

    vendor = Vendor(handler)
    assert len(records(extracted(CONVERSATIONS, vendor), "genesys_conversations")) == 2
    assert asked_for(vendor, "/details/query") == 3


def test_conversations_that_are_no_conversations_reach_the_contract():
    found = records(
        extracted(CONVERSATIONS, Vendor(Region({"participants": [None, {"sessions": [7]}]}))),
        "genesys_conversations",
    )
    with pytest.raises(msgspec.ValidationError, match="conversation_id"):
        msgspec.convert(found[0], Conversation)


@pytest.mark.parametrize("name", ["a\0", "../../users", "x" * 101, "", 7, None])
def test_an_id_that_is_none_is_asked_for_nowhere(name):
    class Strict(Nothing):
        async def rows_where_in(self, load, columns, column, values):  # noqa: ARG002
            assert values == []
            return []

    vendor = Vendor(Region(FOUND | {"conversationId": name}))
    pages = extracted(CONVERSATIONS, vendor, Strict(), loads=ALL)
    assert asked_for(vendor, "transcripturl") == 0
    assert records(pages, "genesys_conversations")[0]["conversation_id"] == name


def test_wrong_types_anywhere_reach_quarantine_and_break_nothing():
    odd = FOUND | {"conversationId": "c2", "participants": 5, "surveys": [7, {"surveyId": None}]}
    document = {"transcripts": [None, {"phrases": ["text", {"text": 5, "startTimeMs": "soon"}]}]}
    pages = extracted(
        CONVERSATIONS, Vendor(Region("text", FOUND, odd, transcript=reply(document))), loads=ALL
    )
    held = {name: Contract(LOADS[name]).validate(records(pages, name)) for name in ALL}
    assert {name: (len(one.rows), len(one.refused)) for name, one in held.items()} == {
        "genesys_conversations": (1, 2),  # one without participants, one that is no object
        "genesys_surveys": (1, 2),
        "genesys_transcripts": (0, 2),
    }


def test_tokens_come_from_the_regions_login_host():
    login = auth(Endpoint("https://api.region.test", "id", "secret"))
    assert login._token_url == "https://login.region.test/oauth/token"
