"""How a fault finds its way in what Mastodon answers."""

from __future__ import annotations

from typing import Any

from sandbox.servers.answer_format import AnswerFormat


class MastodonAnswers(AnswerFormat):
    """A list of statuses whose `Link` header leads to the next page, or one status."""

    unauthorized = b'{"error":"The access token is invalid"}'

    def records(self, document: Any) -> list[dict[str, Any]]:
        """Return a page's statuses, or the document alone."""
        return document if isinstance(document, list) else [document]

    def loop(self, document: Any, url: str, headers: dict[str, str]) -> None:  # noqa: ARG002
        """Lead both ways to the same page."""
        headers["link"] = f'<{url}>; rel="next", <{url}>; rel="prev"'

    def empty(self, document: Any, headers: dict[str, str]) -> None:  # noqa: ARG002
        """Lead nowhere."""
        headers.pop("link", None)

    def typed_field(self, record: dict[str, Any]) -> str:
        """Return a status's time."""
        return "created_at" if "account" in record else "id"

    def text_field(self, record: dict[str, Any]) -> str:
        """Return a status's text."""
        return "content" if "account" in record else "id"
