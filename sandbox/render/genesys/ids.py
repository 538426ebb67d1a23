"""Genesys Cloud's ids and times, made from the simulation's bytes so that a seed fixes them."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.simulation.conversations import Conversation
from sandbox.times import iso


@dataclass(frozen=True)
class ConversationIds:
    """The ids of one conversation: itself, its three sessions and its survey."""

    conversation: str
    customer: str
    agent: str
    survey: str
    queue: str

    @classmethod
    def of(cls, call: Conversation) -> ConversationIds:
        """Return the ids of a simulated conversation."""
        return cls(*[_uuid(raw) for raw in call.ids])


def _uuid(raw: bytes) -> str:
    """Write sixteen bytes as a version-4 UUID."""
    x = bytearray(raw)
    x[6], x[8] = (x[6] & 0x0F) | 0x40, (x[8] & 0x3F) | 0x80
    text = x.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def date_time(moment: int) -> str:
    """Write an instant (ms) as Genesys Cloud does: `2026-10-31T18:20:05.123Z`."""
    return f"{iso(moment)}Z"
