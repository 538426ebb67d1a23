"""How a vendor's answers look to a fault that changes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar


class AnswerFormat(ABC):
    """Where a vendor's answers have their records, and how they lead to the next page."""

    unauthorized: ClassVar[bytes]  # the body of a 401

    @abstractmethod
    def records(self, document: Any) -> list[dict[str, Any]]:
        """Return the list of records in a document, to be changed in place."""

    @abstractmethod
    def loop(self, document: Any, url: str, headers: dict[str, str]) -> None:
        """Make a page lead back to its own address, in place."""

    @abstractmethod
    def empty(self, document: Any, headers: dict[str, str]) -> None:
        """Make a page whose records were taken out the last of none, in place."""

    @abstractmethod
    def typed_field(self, record: dict[str, Any]) -> str:
        """Return the field whose type a fault changes where the test names none."""

    @abstractmethod
    def text_field(self, record: dict[str, Any]) -> str:
        """Return the field whose text a fault changes where the test names none."""
