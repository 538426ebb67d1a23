"""Transcripts: the document that a pre-signed address serves for one communication."""

from __future__ import annotations

from typing import Any


def transcript(
    conversation: str,
    communication: str,
    media: str,
    start: int,
    end: int,
    turns: list[tuple[bool, str]],
) -> dict[str, Any]:
    """Write a transcript; `turns` are (is the customer, what is said), times milliseconds.

    The part that a reader needs: `transcripts[].phrases[]` with `text`, `startTimeMs`
    (milliseconds since 1970), `participantPurpose` (`external` is the customer).
    """
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
        "conversationId": conversation,
        "communicationId": communication,
        "mediaType": "call" if media == "voice" else media,
        "startTime": start,
        "duration": {"milliseconds": end - start},
        "transcripts": [
            {
                "transcriptId": communication,
                "language": "en-us",
                "startTime": start,
                "phrases": phrases,
            }
        ],
    }
