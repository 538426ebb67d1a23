"""Hold raw against the truth, and say in words where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import psycopg
from psycopg.rows import dict_row

from tests.histories.truth import KEYS, Raw, Row

OURS = ("_batch_id", "_extracted_at")
# What a tombstone says for certain: its counters are those of whoever saw the post last.
OF_A_TOMBSTONE = ("status_id", "account", "created_at", "content", "is_deleted")


def read(conn: psycopg.Connection) -> Raw:
    """Return raw's rows by load and key, without what is ours."""
    raw: Raw = {}
    with conn.cursor(row_factory=dict_row) as cursor:
        for load, key in KEYS.items():
            rows = cursor.execute(f"select * from raw.{load}").fetchall()
            plain = [{k: v for k, v in row.items() if k not in OURS} for row in rows]
            raw[load] = {tuple(row[name] for name in key): row for row in plain}
    return raw


def differences(found: Raw, truth: Raw, met: Collection[str] | None = None) -> list[str]:
    """Return a line for each key and column that differ; none where raw is true.

    Args:
        met: the posts that raw has held. Given, the nights were not the clean ones: a deleted
            post that raw never held may be missing, and a tombstone has the counters it has.
    """
    return [
        f"{load} {' '.join(map(str, key))}: {line}"
        for load in KEYS
        for key in sorted(found[load].keys() | truth[load].keys())
        for line in _of_a_row(found[load].get(key), truth[load].get(key), met)
    ]


def _of_a_row(found: Row | None, true: Row | None, met: Collection[str] | None) -> Iterator[str]:
    if true is None:
        yield "nobody expected it"
        return
    is_open = met is not None and "status_id" in true and true["is_deleted"]
    if found is None:
        if not is_open or true["status_id"] in (met or ()):
            yield "missing from raw"
        return
    for column in OF_A_TOMBSTONE if is_open else sorted(found.keys() | true.keys()):
        if column not in found or column not in true:
            yield f"{column} is {'not in raw' if column in true else 'in raw only'}"
        elif found[column] != true[column]:
            yield f"{column} is {found[column]!s} in raw, truly {true[column]!s}"
