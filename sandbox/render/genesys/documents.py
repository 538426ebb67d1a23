"""How Genesys Cloud nests one conversation: participants, sessions, segments, metrics, surveys."""

from __future__ import annotations

from typing import Any

from sandbox.render.genesys.ids import ConversationIds, date_time
from sandbox.simulation.conversations import Conversation

_QUEUE_ID = "9b0f3c1e-0000-4000-8000-00000000000"  # and the team's number


def conversation_document(
    call: Conversation,
    ids: ConversationIds,
    brand: str,
    wrap_up: int,
    survey: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return a conversation as the vendor nests it; `wrap_up` grows when it is rewritten."""
    queue = f"{_QUEUE_ID}{call.queue}"

    def session(session_id: str, begin: int, metrics: dict[str, int]) -> dict[str, Any]:
        stamp, over = date_time(begin), date_time(call.ended)
        segment = {"segmentStart": stamp, "segmentEnd": over, "segmentType": "interact"}
        return {
            "mediaType": call.medium,
            "sessionId": session_id,
            "direction": "inbound",
            "segments": [segment | {"queueId": queue, "conference": False}],
            "metrics": [
                {"name": name, "value": value, "emitDate": over} for name, value in metrics.items()
            ],
        }

    talk, wait = call.talk, call.wait
    handled = {"tTalk": talk, "tTalkComplete": talk, "tAcw": wrap_up, "tHandle": talk + wrap_up}
    parties = [
        ("customer", ids.customer, call.started, {"nConnected": 1}),
        ("acd", ids.queue, call.started, {"tAcd": wait, "tWait": wait, "nOffered": 1}),
        ("agent", ids.agent, call.started + wait, handled | {"tAnswered": wait}),
    ]
    participants: list[dict[str, Any]] = [
        {
            "participantId": f"{session_id[:-4]}{number:04x}",
            "purpose": purpose,
            "sessions": [session(session_id, begin, metrics)],
        }
        for number, (purpose, session_id, begin, metrics) in enumerate(parties)
    ]
    participants[0]["sessions"][0].update(_other_end(call, brand))
    document = {
        "conversationId": ids.conversation,
        "conversationStart": date_time(call.started),
        "conversationEnd": date_time(call.ended),
        "originatingDirection": "inbound",
        "divisionIds": ["c0ffee00-0000-4000-8000-000000000001"],
        "participants": participants,
    }
    return document | {"surveys": [survey]} if survey else document


def _other_end(call: Conversation, brand: str) -> dict[str, str]:
    """Return how the customer's session names the other end: a number, an address, or neither."""
    if call.medium == "voice":
        if call.phone is None:
            return {"ani": "sip:anonymous@anonymous.invalid", "remote": "Anonymous"}
        return {"ani": f"tel:{call.phone}", "dnis": "tel:+15550000000"}
    if call.email is None:
        return {"remote": "web visitor"}
    return {"addressFrom": call.email, "addressTo": f"care@{brand}.example"}


def sent_survey(call: Conversation, ids: ConversationIds, brand: str) -> dict[str, Any]:
    """Return a survey as it is while nobody has answered it."""
    return {
        "surveyId": ids.survey,
        "surveyFormId": "5d0c1f52-7a7e-4c35-9d55-0f4f3f1f7a01",
        "surveyFormName": f"{brand} after contact",
        "surveyStatus": "Sent",
        "eventTime": date_time(call.started + call.talk),
    }


def survey_answer(score: float | None, recommend: int | None, completed: int) -> dict[str, Any]:
    """Return what an answer changes in a survey."""
    return {
        "surveyStatus": "Finished",
        "surveyCompletedDate": date_time(completed),
        "oSurveyTotalScore": score,
        "surveyPromoterScore": recommend,
    }
