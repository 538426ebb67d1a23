"""The lines of a UTF-8 stream, numbered and bounded, so that an error can say where.

Read as bytes and decoded line by line: a decoder that reads ahead knows no line numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from kindred.errors import InputError

LONGEST = 32 * 2**20
"""Bytes in a line, characters in a cell: a quote that never closes must not fill the memory."""

_MARK = "\ufeff"


class Lines(Iterator[str]):
    """Lines with their ends; a byte order mark is not part of the first one.

    Attributes:
        number: of the last line given out, from 1.
        read: bytes read so far.
        mark: the byte order mark if there is one, else empty; spreadsheets want it back.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.number = 0
        self.read = 0
        self.mark = ""
        self._stream = stream
        self._ahead: str | None = None

    def peek(self) -> str:
        """Return the first line that is not blank, which comes next; empty at the end."""
        if self._ahead is None:
            self._ahead = self._line()
        while self._ahead and not self._ahead.strip():
            self.number += 1
            self._ahead = self._line()
        return self._ahead

    def __next__(self) -> str:
        line = self._line() if self._ahead is None else self._ahead
        self._ahead = None
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _line(self) -> str:
        number = self.number + 1
        try:
            typed = self._stream.readline(LONGEST + 1)
        except OSError as error:
            raise InputError(f"the input cannot be read: {error.strerror}") from None
        self.read += len(typed)
        if len(typed) > LONGEST:
            raise InputError(f"line {number} is longer than {LONGEST >> 20} MB: split it")
        try:
            line = typed.decode()
        except UnicodeDecodeError:
            raise InputError(
                f"line {number} is not UTF-8: save the input as UTF-8 (in a spreadsheet:"
                " CSV UTF-8) and try again"
            ) from None
        if number == 1 and line.startswith(_MARK):
            self.mark, line = _MARK, line[1:]
        return line
