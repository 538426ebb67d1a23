"""The result of an estimate without a sound basis for numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoModel:
    """No estimate, with the reason for a person: counts only, never a customer's value."""

    reason: str
