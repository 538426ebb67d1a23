"""How a fault finds its way in what Genesys Cloud answers."""

from __future__ import annotations

from typing import Any

from sandbox.servers.answer_format import AnswerFormat


class GenesysAnswers(AnswerFormat):
    """`{"conversations": […], "totalHits": n}`, and `{"transcripts": [{"phrases": […]}]}`."""

    unauthorized = b'{"message":"Invalid login credentials.","code":"bad.credentials"}'

    def records(self, document: Any) -> list[dict[str, Any]]:
        """Return a page's conversations, a transcript's phrases, or the document alone."""
        if isinstance(document.get("conversations"), list):
            return document["conversations"]  # type: ignore[no-any-return]  # JSON
        if document.get("transcripts"):
            return document["transcripts"][0]["phrases"]  # type: ignore[no-any-return]  # JSON
        return [document]

    def loop(self, document: Any, url: str, headers: dict[str, str]) -> None:  # noqa: ARG002
        """Promise more results than there are pages."""
        if "totalHits" in document:
            document["totalHits"] = 10**6

    def empty(self, document: Any, headers: dict[str, str]) -> None:  # noqa: ARG002
        """Promise no results."""
        if "totalHits" in document:
            document["totalHits"] = 0

    def typed_field(self, record: dict[str, Any]) -> str:
        """Return a conversation's start, a phrase's text."""
        if "conversationId" in record:
            return "conversationStart"
        return "text" if "participantPurpose" in record else "id"

    def text_field(self, record: dict[str, Any]) -> str:
        """Return a conversation's id, a phrase's text."""
        if "conversationId" in record:
            return "conversationId"
        return "text" if "participantPurpose" in record else "id"
