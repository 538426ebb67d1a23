"""What an estimate returns where it would have to make its numbers up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoModel:
    """No estimate, and why, in words for a person: counts only, never a customer's value."""

    reason: str
