"""Files of texts in and out: numbered lines of UTF-8, results written whole or not at all.

Read as bytes and decoded line by line: a decoder that reads ahead knows no line numbers.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import BinaryIO

import typer

from kindred.errors import InputError

STANDARD = "-"


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """Open a file to read, or standard input."""
    if name == STANDARD:
        yield typer.get_binary_stream("stdin")
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 -- what the block raises is not its fault
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from None
    with stream:
        yield stream


@contextmanager
def written(output: Path | None) -> Iterator[BinaryIO]:
    """Open a file to write, or standard output.

    A file gets its name when it is complete; until then, and for a reader meanwhile, what had
    that name before stays.
    """
    if output is None:
        with _standard_output() as stream:
            yield stream
        return
    target = output.resolve()  # a link stays a link
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(target)
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):  # what went wrong with the folder has been said
            part.unlink(missing_ok=True)


def refuse_overwriting(source: BinaryIO, output: Path | None) -> None:
    """Raise InputError if the result would go where the input comes from, or over no file."""
    if output is None:
        there = file_status(typer.get_binary_stream("stdout"))
    elif not output.exists():
        return
    elif not output.is_file():
        raise InputError(f"{output} is not a file: name one with --output")
    else:
        there = output.stat()
    here = file_status(source)
    # A terminal or /dev/null may well be both.
    if here and there and is_file(here) and os.path.samestat(here, there):
        raise InputError("the result would overwrite the input: name another file with --output")


def is_file(found: os.stat_result) -> bool:
    """Return whether it is a file, which has a size, and no pipe, terminal or device."""
    return stat.S_ISREG(found.st_mode)


def file_status(stream: BinaryIO) -> os.stat_result | None:
    """Return what the system knows of a stream; nothing where it is none of the system's."""
    try:
        return os.fstat(stream.fileno())
    except (OSError, UnsupportedOperation):
        return None


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    stream = typer.get_binary_stream("stdout")
    try:
        yield stream
        stream.flush()
    except OSError as error:
        # What is still to be written cannot be; Python would try, and complain, at its end.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise InputError(f"standard output cannot be written: {error.strerror}") from None


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
