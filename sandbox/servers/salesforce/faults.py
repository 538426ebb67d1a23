"""How a fault finds its way in what Salesforce answers."""

from __future__ import annotations

from typing import Any

from sandbox.servers.answer_format import AnswerFormat

_TEXTS = ("Verbatim__c", "Email", "Status", "Channel__c")


class SalesforceAnswers(AnswerFormat):
    """`{"totalSize": n, "done": …, "nextRecordsUrl": …, "records": […]}`."""

    unauthorized = b'[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]'

    def records(self, document: Any) -> list[dict[str, Any]]:
        """Return a page's records, or the document alone."""
        found = document.get("records") if isinstance(document, dict) else document
        return found if isinstance(found, list) else [document]

    def loop(self, document: Any, url: str, headers: dict[str, str]) -> None:  # noqa: ARG002
        """Lead to the same page."""
        if "records" in document:
            document |= {"done": False, "nextRecordsUrl": url.removeprefix("/salesforce")}

    def empty(self, document: Any, headers: dict[str, str]) -> None:  # noqa: ARG002
        """Promise no records."""
        if "totalSize" in document:
            document |= {"totalSize": 0, "done": True}
            document.pop("nextRecordsUrl", None)

    def typed_field(self, record: dict[str, Any]) -> str:
        """Return a record's time of creation."""
        return "CreatedDate" if "attributes" in record else "id"

    def text_field(self, record: dict[str, Any]) -> str:
        """Return the first text that a record has."""
        if "attributes" not in record:
            return "id"
        return next((name for name in _TEXTS if record.get(name)), "Id")
