"""What Postgres refused, in words that quote nobody: the SQLSTATE and names of our own tables.

The text of an error and its detail quote values ("Key (email)=(...)"), so neither is taken.
"""

from __future__ import annotations

import re
from typing import Any

from psycopg.errors import lookup

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words(sqlstate: str) -> str:
    """Return a SQLSTATE with its name in words: `22003 numeric value out of range`."""
    try:
        name = lookup(sqlstate).__name__
    except KeyError:
        return f"SQLSTATE {sqlstate}"
    return f"{sqlstate} {_WORDS.sub(' ', name).lower().rstrip('_')}"


def describe(error: Any) -> str:
    """Return what an error of psycopg, or of psycopg 2, is: its SQLSTATE, and where it was.

    A connection that is gone has no SQLSTATE: its error's kind says so.
    """
    sqlstate = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if sqlstate is None:
        return _WORDS.sub(" ", type(error).__name__).lower()
    return f"{words(sqlstate)}{_where(error.diag)}"


def _where(diag: Any) -> str:
    """Name the column or the constraint, and the table, where Postgres says them."""
    table = ".".join(name for name in (diag.schema_name, diag.table_name) if name)
    named = f"column {diag.column_name}" if diag.column_name else ""
    if not named and diag.constraint_name:
        named = f"constraint {diag.constraint_name}"
    if not named:
        return ""
    return f" in {named} of {table}" if table else f" in {named}"
