"""Read tables of texts, CSV or JSON lines, row by row, and keep each row as it was typed.

Scores are appended to a row's own characters, so everything else comes out as it went in: quotes,
the form of numbers, line ends. An error names the line and never quotes it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, NoReturn, Protocol

from kindred.cli.text_files import LONGEST, Lines
from kindred.errors import InputError
from kindred.text_emotions import SCORES

SEPARATORS = ",;\t"
_AHEAD = 1_000  # objects searched for the column, because empty fields are often omitted


class TextRow(NamedTuple):
    """A row: its characters up to where the scores go, its line end, and its text."""

    kept: str
    end: str
    text: str


class Table(Protocol):
    """The common interface of CSV and JSON lines."""

    head: str

    def __iter__(self) -> Iterator[TextRow]: ...

    def scored(self, row: TextRow, numbers: Sequence[float], reason: str | None) -> str:
        """Return the row with its scores appended; NaN marks a missing score."""


class Csv:
    """Rows under a header, with the header's separator: a comma, a semicolon or a tab."""

    def __init__(self, lines: Lines, wanted: str | None) -> None:
        first = lines.peek()
        self._separator = next((each for each in SEPARATORS if each in first), ",")
        self._lines = lines
        self._typed: list[str] = []
        self._end = "\n"
        csv.field_size_limit(LONGEST)
        self._reader = csv.reader(self._noted(), delimiter=self._separator, strict=True)
        header = self._next()
        if header is None:
            raise InputError("the input is empty: its first line must name the columns")
        self._width = len(header)
        self._at = header.index(choose(header, wanted))
        kept, self._end = self._as_typed()
        self.head = self._separator.join([f"{lines.mark}{kept}", *ADDED]) + self._end

    def __iter__(self) -> Iterator[TextRow]:
        line = self._lines.number + 1
        while (cells := self._next()) is not None:
            # A blank line is not a row, except in a table of one column, where it is an empty cell.
            cells = cells or [""] * (self._width == 1)
            if cells and len(cells) != self._width:
                raise InputError(
                    f"line {line} has {len(cells)} fields and the header {self._width}: a cell"
                    f" that holds a separator ({self._separator!r}) or a line end needs quotes"
                )
            kept, end = self._as_typed()
            if cells:
                yield TextRow(kept, end, cells[self._at])
            line = self._lines.number + 1

    def scored(self, row: TextRow, numbers: Sequence[float], reason: str | None) -> str:
        cells = ["" if math.isnan(number) else f"{number:.4f}" for number in numbers]
        written = io.StringIO()
        writer = csv.writer(written, delimiter=self._separator, lineterminator=row.end)
        writer.writerow([*cells, reason])
        return f"{row.kept}{self._separator}{written.getvalue()}"

    def _next(self) -> list[str] | None:
        line = self._lines.number + 1
        try:
            return next(self._reader, None)
        except csv.Error:
            raise InputError(
                f"line {line} begins a row that is not CSV: a quote that is not closed, or text"
                " after a closing quote (double the quotes within quotes), or a cell over"
                f" {LONGEST >> 20} MB"
            ) from None

    def _noted(self) -> Iterator[str]:
        for line in self._lines:
            self._typed.append(line)
            yield line

    def _as_typed(self) -> tuple[str, str]:
        """Return the last row's characters as typed, and its line end."""
        typed = "".join(self._typed)
        self._typed.clear()
        kept = typed.rstrip("\r\n")
        return kept, typed[len(kept) :] or self._end


class JsonLines:
    """One object per line; an object without the column, or with null in it, has an empty text."""

    head = ""

    def __init__(self, lines: Lines, wanted: str | None) -> None:
        self._lines = lines
        objects = self._objects()
        ahead: list[tuple[int, str, dict[str, Any]]] = []
        names: dict[str, None] = {}
        for each in objects:
            ahead.append(each)
            names |= dict.fromkeys(each[2])
            if (wanted or "text") in names or len(ahead) == _AHEAD or lines.read > LONGEST:
                break
        self._column = choose(list(names), wanted) if ahead else ""
        self._all = chain(ahead, objects)

    def __iter__(self) -> Iterator[TextRow]:
        for line, typed, found in self._all:
            refuse_taken(found, f"line {line}")
            text = found.get(self._column)
            if not isinstance(text, str | None):
                raise InputError(f"line {line}: {self._column!r} must hold text in quotes, or null")
            comma = ", " if found else ""
            yield TextRow(typed.rstrip()[:-1].rstrip() + comma, "\n", text or "")

    def scored(self, row: TextRow, numbers: Sequence[float], reason: str | None) -> str:
        cells = ["null" if math.isnan(number) else f"{number:.4f}" for number in numbers]
        cells.append(json.dumps(reason))
        added = ", ".join(f'"{name}": {cell}' for name, cell in zip(ADDED, cells, strict=True))
        return f"{row.kept}{added}}}{row.end}"

    def _objects(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        for typed in self._lines:
            if not typed.strip():
                continue
            try:
                found = json.loads(typed, parse_constant=_refuse)
            except (ValueError, RecursionError):
                found = None
            if not isinstance(found, dict):
                raise InputError(
                    f"line {self._lines.number} is not a JSON object: each line must hold"
                    ' a complete one, like {"text": "..."}'
                )
            yield self._lines.number, typed, found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity, which are not JSON


ADDED = (*SCORES, "unscored_reason")
_NAME = re.compile(r"[^\W\d][\w .:/()#-]{,63}")
_WAY_OUT = "name the texts' column with --column"


def choose(names: Sequence[str], wanted: str | None) -> str:
    """Return the name of the texts' column: the wanted one, else the only one, else `text`.

    Raises:
        InputError: There is no such column or more than one, or the name of a score is taken.
    """
    refuse_taken(names, "the input")
    column = names[0] if wanted is None and len(names) == 1 else wanted or "text"
    if names.count(column) > 1:
        raise InputError(f"{names.count(column)} columns are named {column!r}: rename all but one")
    if column in names:
        return column
    if not all(_NAME.fullmatch(name) for name in names if name):
        # The line may be a row, which is not shown, because it may hold a customer's words.
        raise InputError(
            f"there is no column {column!r}, and the first line does not look like names of"
            f" columns: add a line with the names on top, or {_WAY_OUT}"
        )
    there_are = ", ".join(name or "(no name)" for name in names)
    raise InputError(f"there is no column {column!r}: {_WAY_OUT}; there are: {there_are}")


def refuse_taken(names: Iterable[str], where: str) -> None:
    """Raise InputError if a column has the name of one that scoring adds."""
    taken = ", ".join(name for name in names if name in ADDED)
    if taken:
        raise InputError(
            f"{where} has columns that scoring would add: {taken}. Rename or drop them"
        )
