"""Genesys Cloud's nested documents, flattened to the records of our contracts; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kindred import addresses

# Documented fields that nothing here needs; what nobody has named is kept and reported.
NOISE = frozenset(
    {
        # conversations
        *("participants", "surveys", "evaluations", "resolutions", "divisionIds", "externalTag"),
        *("conversationInitiator", "customerParticipation", "selfServed", "knowledgeBaseIds"),
        *(
            "mediaStatsMinConversationMos",
            "mediaStatsMinConversationRFactor",
            "originatingSocialMedia",
        ),
        # surveys
        *("eventTime", "queueId", "userId", "surveyFormId", "surveyFormContextId"),
        *("surveyPartialResponse", "surveyErrorReason", "surveyType"),
        # phrases
        *("stability", "confidence", "offset", "duration", "phraseIndex"),
        *("words", "decoratedText", "decoratedWords"),
    }
)

CONVERSATION_FIELDS = {
    "conversationId": "conversation_id",
    "conversationStart": "started_at",
    "conversationEnd": "ended_at",
    "originatingDirection": "direction",
}


def conversation(found: dict[str, Any]) -> dict[str, Any]:
    """Flatten one conversation; top-level fields that the contract lacks stay as they are.

    {"conversationId": "...", "conversationStart": "...", "originatingDirection": "inbound",
     "participants": [{"purpose": "customer", "sessions": [
         {"sessionId": "...", "mediaType": "voice", "ani": "tel:+15550100",
          "metrics": [{"name": "tAcd", "value": 42000}], "segments": [{"queueId": "..."}]}]}],
     "surveys": [...]}

    A field that did not come stays missing, and so does what hangs on participants that did not.
    """
    rest = {k: v for k, v in found.items() if k not in CONVERSATION_FIELDS and k not in NOISE}
    both = sessions(found)
    own = [session for is_customer, session in both if is_customer]
    every = [session for _, session in both]
    direction = found.get("originatingDirection")
    reached = [each for session in own for each in reached_at(session, direction)]
    queues = [segment.get("queueId") for s in every for segment in _objects(s.get("segments"))]
    flat = {ours: found[theirs] for theirs, ours in CONVERSATION_FIELDS.items() if theirs in found}
    if isinstance(found.get("participants"), list):
        flat |= {
            "media_type": _first(s.get("mediaType") for s in own or every),
            "customer_phone": _first(map(addresses.phone, reached)),
            "customer_email": _first(map(addresses.email, reached)),
            "queue_id": _first(queues),
            "wait_seconds": _seconds(every, "tAcd", "tWait"),
            "handle_seconds": _seconds(every, "tHandle"),
        }
    return {**rest, **flat}


def sessions(found: dict[str, Any]) -> list[tuple[bool, dict[str, Any]]]:
    """Return the sessions, each with whether it is the customer's own.

    Somebody outside is the customer where nobody else is: beside a customer it is a third party,
    whom an agent has brought in.
    """
    people = _objects(found.get("participants"))
    purposes = [person.get("purpose") for person in people]
    whose = "customer" if "customer" in purposes else "external"
    is_certain = whose == "customer" or purposes.count("external") == 1
    return [
        (is_certain and person.get("purpose") == whose, session)
        for person in people
        for session in _objects(person.get("sessions"))
    ]


def reached_at(session: dict[str, Any], originating: Any) -> list[str]:
    """Return the addresses at which a customer's session has them, the surest first.

    A callback says which numbers to call back. Else the direction decides: who calls or writes is
    `ani` or `addressFrom`, who is called or written to `dnis` or `addressTo`; the other of the
    two is the brand's own.

    {"mediaType": "voice", "direction": "outbound", "ani": "tel:+1800...", "dnis": "tel:+1555..."}
    {"mediaType": "callback", "direction": "inbound", "callbackNumbers": ["+15550100"]}
    {"mediaType": "email", "direction": "inbound", "addressFrom": "kim@mail.example"}
    """
    direction = session.get("direction") or originating
    is_outbound = direction == "outbound"
    names = ("dnis", "addressTo") if is_outbound else ("ani", "addressFrom", "addressOther")
    numbers = session.get("callbackNumbers")
    found = [*(numbers if isinstance(numbers, list) else []), *(session.get(n) for n in names)]
    return [each for each in found if isinstance(each, str)]


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; of anything else, none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _first(values: Any) -> Any:
    return next((value for value in values if value), None)


def _seconds(sessions: list[dict[str, Any]], *names: str) -> float | None:
    """Return the sum of the first metric of `names` that is there, from milliseconds."""
    metrics = [metric for session in sessions for metric in _objects(session.get("metrics"))]
    for name in names:
        values = [m.get("value") for m in metrics if m.get("name") == name]
        numbers = [value for value in values if isinstance(value, int | float)]
        if numbers:
            return sum(numbers) / 1000
    return None


SURVEY_FIELDS = {
    "surveyId": "survey_id",
    "surveyFormName": "form_name",
    "surveyStatus": "status",
    "surveyCompletedDate": "completed_at",
    "oSurveyTotalScore": "total_score",
    "surveyPromoterScore": "promoter_score",
}


def _survey_field(name: str) -> str:
    return SURVEY_FIELDS.get(name, name)


def surveys(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the surveys inside a conversation; what is no survey goes on to be refused."""
    return [
        {
            **{_survey_field(k): v for k, v in survey.items() if k not in NOISE},
            "conversation_id": found.get("conversationId"),
            "conversation_started_at": found.get("conversationStart"),
        }
        for survey in map(_object, _list(found.get("surveys")))
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _object(value: Any) -> dict[str, Any]:
    """Return an object; anything else inside one, so that quarantine shows it."""
    return value if isinstance(value, dict) else {"not_an_object": value}


def phrases(document: Any, name: dict[str, str]) -> list[dict[str, Any]]:
    """Number the phrases through, over all transcripts of the document."""
    parts = document.get("transcripts") if isinstance(document, dict) else None
    if not isinstance(parts, list):
        return [name]
    said = [
        (part.get("language"), phrase)
        for part in map(_object, parts)
        for phrase in map(_object, _list(part.get("phrases")))
    ]
    used = ("text", "participantPurpose", "startTimeMs")
    return [
        {
            **{k: v for k, v in phrase.items() if k not in used and k not in NOISE},
            **name,
            "phrase_number": number,
            "participant": phrase.get("participantPurpose"),
            "said_at": _instant(phrase.get("startTimeMs")),
            "language": language,
            "text": phrase.get("text"),
        }
        for number, (language, phrase) in enumerate(said)
    ]


def _instant(milliseconds: Any) -> Any:
    """Return ISO 8601 of epoch milliseconds; what is no such number stays for the contract."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return milliseconds
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).isoformat()
    except OverflowError:
        return milliseconds
