"""Transcripts: the document that a pre-signed address serves for one communication."""

from __future__ import annotations

from typing import Any

from sandbox.render.genesys.ids import ConversationIds
from sandbox.simulation.conversations import Conversation


def transcript(
    call: Conversation, ids: ConversationIds, turns: list[tuple[bool, str]]
) -> dict[str, Any]:
    """Write a transcript; `turns` are (is the customer, what is said).

    The part that a reader needs: `transcripts[].phrases[]` with `text`, `startTimeMs`
    (milliseconds since 1970), `participantPurpose` (`external` is the customer).
    """
    start, end = call.started + call.wait, call.ended
    step = max((end - start) // max(len(turns), 1), 400)
    phrases = [
        {
            "text": text,
            "stability": 1.0,
            "confidence": 0.9,
            "offset": {"offsetMs": number * step},
            "startTimeMs": start + number * step,
            "duration": {"milliseconds": step - 300},
            "participantPurpose": "external" if is_customer else "internal",
            "phraseIndex": number,
        }
        for number, (is_customer, text) in enumerate(turns)
    ]
    return {
        "conversationId": ids.conversation,
        "communicationId": ids.customer,
        "mediaType": "call" if call.medium == "voice" else call.medium,
        "startTime": start,
        "duration": {"milliseconds": end - start},
        "transcripts": [
            {
                "transcriptId": ids.customer,
                "language": "en-us",
                "startTime": start,
                "phrases": phrases,
            }
        ],
    }
