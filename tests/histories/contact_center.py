"""What happens at Genesys: calls that are rewritten without a stamp, surveys inside them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.histories.keeping import MINUTE, SECOND, Keeping, phone_of


class ContactCenter(Keeping):
    """Conversations, the surveys inside them, and transcripts."""

    def call(self, name: str, *, by: str, ahead: float = 0) -> None:
        """Show a call that began ten minutes ago; `ahead` hours: the vendor's clock is fast."""
        started = self.now - 10 * MINUTE + timedelta(hours=ahead)
        fields = {
            "conversation_id": name,
            "started_at": started,
            "ended_at": started + 9 * MINUTE,
            "direction": "inbound",
            "media_type": "voice",
            "customer_phone": phone_of(by),
            "customer_email": None,
            "queue_id": "service",
            "wait_seconds": 30.0,
            "handle_seconds": 300.0,
            "surveys": [],
        }
        self._show("conversations", name, started, fields)

    def rewrite(self, name: str, **changes: Any) -> None:
        """Rewrite a conversation, without any stamp: `rewrite("c1", handle_seconds=90.0)`."""
        self._again(self.records[name], changes)

    def ask(self, name: str) -> None:
        """Send the survey of a call; it lies inside the conversation."""
        survey = {
            "survey_id": f"{name}-survey",
            "form_name": "After contact",
            "status": "Sent",
            "completed_at": None,
            "total_score": None,
            "promoter_score": None,
        }
        self._again(self.records[name], {"surveys": [survey]})

    def answer(self, name: str, *, score: float) -> None:
        """Answer the survey of a call, sent or not, now."""
        answer = {"status": "Finished", "completed_at": self.now, "total_score": score}
        survey = {
            "survey_id": f"{name}-survey",
            "form_name": "After contact",
            "promoter_score": int(score // 10),
            **answer,
        }
        self._again(self.records[name], {"surveys": [survey]})

    def transcribe(self, name: str, *, words: str) -> None:
        """Show the transcript of a call: the customer's words, answered with thanks."""
        started = self.records[name].now["started_at"]
        turns = [("external", words), ("internal", "Thank you for telling us.")]
        fields = {
            "conversation_id": name,
            "communication_id": f"{name}-line",
            "phrases": [
                {"participant": who, "text": text, "said_at": started + number * 10 * SECOND}
                for number, (who, text) in enumerate(turns)
            ],
        }
        self._show("transcripts", f"{name}/{name}-line", started, fields)
