"""How Genesys Cloud nests one conversation: participants, sessions, segments, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.ids import utc_time
from sandbox.records.contacts import People
from sandbox.scenario import QUEUES
from sandbox.times import Ints

QUEUE_ID = "9b0f3c1e-0000-4000-8000-00000000000"  # and the team's number


@dataclass(frozen=True)
class Calls:
    """What is drawn for all conversations at once, by conversation."""

    month: Ints
    customer: Ints
    start: Ints
    wait: Ints
    talk: Ints
    wrap_up: Ints
    media: list[str]
    draw: list[list[float]]  # [conversation][10]
    late: Ints
    ids: list[str]  # five to a conversation


def caller_of(
    media: str, people: People, who: int, draw: list[float], is_known: bool, brand: str
) -> dict[str, str | None]:
    """Return how the customer's session names the other end: a number, an address, or neither."""
    if media == "voice":
        if draw[2] < 0.03:
            return {"ani": "sip:anonymous@anonymous.invalid", "remote": "Anonymous"}
        number = people.phones[who] if is_known else f"+1555{int(draw[3] * 900_000):07d}"
        return {"ani": f"tel:{number}", "dnis": "tel:+15550000000"}
    stranger = f"guest{int(draw[3] * 1e6)}@example.info"
    address = people.emails[who] if is_known else stranger
    if media == "message" and draw[2] < 0.4:
        return {"remote": "web visitor"}
    return {"addressFrom": address, "addressTo": f"care@{brand}.example"}


def queue_of(draw: list[float]) -> int:
    """Return the number of the team that takes a conversation; each takes as many."""
    return int(draw[3] * QUEUES)


def document_of(
    calls: Calls,
    at: int,
    caller: dict[str, str | None],
    wrap_up: int,
    survey: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return a conversation as the vendor nests it; `wrap_up` grows when it is rewritten."""
    start, draw = int(calls.start[at]), calls.draw[at]
    wait, talk, media = int(calls.wait[at]), int(calls.talk[at]), calls.media[at]
    ended, queue = start + wait + talk, f"{QUEUE_ID}{queue_of(draw)}"
    conversation, communication, agent, _, peer = calls.ids[at * 5 : at * 5 + 5]

    def session(session_id: str, begin: int, metrics: dict[str, int]) -> dict[str, Any]:
        stamp, over = utc_time(begin), utc_time(ended)
        segment = {"segmentStart": stamp, "segmentEnd": over, "segmentType": "interact"}
        return {
            "mediaType": media,
            "sessionId": session_id,
            "direction": "inbound",
            "segments": [segment | {"queueId": queue, "conference": False}],
            "metrics": [
                {"name": name, "value": value, "emitDate": over} for name, value in metrics.items()
            ],
        }

    handled = {"tTalk": talk, "tTalkComplete": talk, "tAcw": wrap_up, "tHandle": talk + wrap_up}
    parties = [
        ("customer", communication, start, {"nConnected": 1}),
        ("acd", peer, start, {"tAcd": wait, "tWait": wait, "nOffered": 1}),
        ("agent", agent, start + wait, handled | {"tAnswered": wait}),
    ]
    participants: list[dict[str, Any]] = [
        {
            "participantId": f"{session_id[:-4]}{number:04x}",
            "purpose": purpose,
            "sessions": [session(session_id, begin, metrics)],
        }
        for number, (purpose, session_id, begin, metrics) in enumerate(parties)
    ]
    participants[0]["sessions"][0].update(caller)
    document = {
        "conversationId": conversation,
        "conversationStart": utc_time(start),
        "conversationEnd": utc_time(ended),
        "originatingDirection": "inbound",
        "divisionIds": ["c0ffee00-0000-4000-8000-000000000001"],
        "participants": participants,
    }
    return document | {"surveys": [survey]} if survey else document
