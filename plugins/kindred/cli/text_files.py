"""Read numbered lines of UTF-8, and write results completely or not at all.

Input is read as bytes and decoded line by line, because a decoder that reads ahead loses track of
line numbers.
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
    """Open a file, or standard input, for reading."""
    if name == STANDARD:
        yield typer.get_binary_stream("stdin")
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 -- errors of the block are not errors of opening
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from None
    with stream:
        yield stream


@contextmanager
def written(output: Path | None) -> Iterator[BinaryIO]:
    """Open a file, or standard output, for writing.

    The file gets its name when it is complete. Until then an existing file of that name stays,
    also for its readers.
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
        with suppress(OSError):  # a problem with the folder has been reported already
            part.unlink(missing_ok=True)


def refuse_overwriting(source: BinaryIO, output: Path | None) -> None:
    """Raise InputError if the output is the input, or exists and is not a regular file."""
    if output is None:
        there = file_status(typer.get_binary_stream("stdout"))
    elif not output.exists():
        return
    elif not output.is_file():
        raise InputError(f"{output} is not a file: name one with --output")
    else:
        there = output.stat()
    here = file_status(source)
    # A terminal or /dev/null may be both input and output.
    if here and there and is_file(here) and os.path.samestat(here, there):
        raise InputError("the result would overwrite the input: name another file with --output")


def is_file(found: os.stat_result) -> bool:
    """Return whether it is a regular file, which has a size, and not a pipe or a device."""
    return stat.S_ISREG(found.st_mode)


def file_status(stream: BinaryIO) -> os.stat_result | None:
    """Return the status of a stream's file; None if the stream has no file descriptor."""
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
        # The buffered rest cannot be written; Python would try again at exit and print an error.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise InputError(f"standard output cannot be written: {error.strerror}") from None


LONGEST = 32 * 2**20
"""The most bytes in a line, or characters in a cell: an open quote must not exhaust memory."""

_MARK = "\ufeff"


class Lines(Iterator[str]):
    """Iterate over lines with their line ends, without a byte order mark.

    Attributes:
        number: The number of the last line returned, from 1.
        read: The bytes read so far.
        mark: The byte order mark if there is one, else empty; spreadsheets need it in the output.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.number = 0
        self.read = 0
        self.mark = ""
        self._stream = stream
        self._ahead: str | None = None

    def peek(self) -> str:
        """Return the next line that is not blank, without consuming it; empty at the end."""
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
