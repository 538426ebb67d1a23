"""Which column holds the texts, and that none is called as a score: errors by name, not content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kindred.errors import InputError
from kindred.text_emotions import SCORES

ADDED = (*SCORES, "unscored_reason")
_NAME = re.compile(r"[^\W\d][\w .:/()#-]{,63}")
_WAY_OUT = "name the texts' column with --column"


def choose(names: Sequence[str], wanted: str | None) -> str:
    """Return the name of the texts' column: the wanted one, else `text`, else the only one.

    Raises:
        InputError: there is none, or two, or a score has no place.
    """
    refuse_taken(names, "the input")
    column = names[0] if wanted is None and len(names) == 1 else wanted or "text"
    if names.count(column) > 1:
        raise InputError(f"{names.count(column)} columns are named {column!r}: rename all but one")
    if column in names:
        return column
    if not all(_NAME.fullmatch(name) for name in names if name):
        # Perhaps a row: it is not shown, for a row holds what a customer said.
        raise InputError(
            f"there is no column {column!r}, and the first line does not look like names of"
            f" columns: put such a line on top, or {_WAY_OUT}"
        )
    there_are = ", ".join(name or "(no name)" for name in names)
    raise InputError(f"there is no column {column!r}: {_WAY_OUT}; there are: {there_are}")


def refuse_taken(names: Iterable[str], where: str) -> None:
    """Raise InputError if a column is called as one that scoring adds."""
    taken = ", ".join(name for name in names if name in ADDED)
    if taken:
        raise InputError(
            f"{where} has columns that scoring would add: {taken}. Rename or drop them"
        )
