"""Read texts in chunks and commit each, so that an interrupted night loses one chunk at most.

Tonight's texts come first, with those of customers who have newly consented, without a time limit.
Then, while there is time, follow earlier texts that a new model has not read, newest first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import psycopg
from psycopg import sql

from kindred.loads import Load
from kindred.scoring import model_selection, score_profiles, text_queries
from kindred.scoring.score_writer import INSTALLED, Scorer, delete_unpermitted, write_scores

CHUNK = 5_000
# A chunk of long texts ends earlier, to bound the memory.
CHUNK_CHARACTERS = 16_000_000
FETCHED_AT_ONCE = 200


def score_texts(
    conn: psycopg.Connection,
    loads: Iterable[Load],
    build_id: int,
    seconds: float,
    say: Callable[[str], None],
    scorer: Scorer = INSTALLED,
) -> model_selection.ModelSelection:
    """Score tonight's texts and, while there is time, other texts that the model has not read.

    Only texts of customers who consent are read, and only their scores are kept.

    There is no time limit while no model is in use: the first marts wait for their scores.

    Args:
        conn: The loader's connection, in autocommit mode.
        build_id: The build that has claimed the texts.
        seconds: How long the night may spend on earlier texts. At least one chunk of them is read,
            unless it is 0.
        say: Called with a line for each load, and with the model's progress.

    Returns:
        The model whose scores the build uses; `record_selection` stores it.

    Raises:
        WarehouseError: A score is outside its range.
        SupersededError: A newer attempt has begun.
    """
    loads = [load for load in loads if load.text is not None]
    in_use = model_selection.start_reading(conn, loads, scorer.version)
    missing = model_selection.loads_with_missed_texts(conn, loads, scorer.version)
    if forgotten := delete_unpermitted(conn, loads):
        say(f"{forgotten:,} scores deleted: no consenting customer has these texts any more")
    for load in loads:
        # Customers who newly consent have texts of earlier nights, which a backlog includes.
        wanted = text_queries.claimed(load) if load in missing else text_queries.arrived(load)
        scored, unscored = _read(conn, [wanted], scorer)
        say(f"{load.name:<32} {scored:8d} texts scored {unscored:6d} unscored")
    limit = None if in_use is None else seconds
    left = _read_backlog(conn, missing, limit, scorer, say)
    done = [load for load in loads if left == 0 or load not in missing]
    model_selection.record_progress(conn, done, scorer.version, build_id, left)
    choice = model_selection.select(conn, loads, scorer.version)
    for load in loads:
        score_profiles.write(conn, load, build_id, choice)
    return choice


def _read(conn: psycopg.Connection, wanted: list[sql.Composed], scorer: Scorer) -> tuple[int, int]:
    """Read all the texts; return how many were scored, and how many could not be scored."""
    scored = unscored = 0
    with _unread(conn, wanted, scorer.version) as cursor:
        for chunk in _chunks(cursor):
            reasons = write_scores(conn, chunk, scorer)
            unscored += reasons
            scored += len(chunk) - reasons
    return scored, unscored


def _read_backlog(
    conn: psycopg.Connection,
    loads: list[Load],
    seconds: float | None,
    scorer: Scorer,
    say: Callable[[str], None],
) -> int:
    """Read texts from before tonight, newest first; return how many are left to read."""
    if not loads:
        return 0
    began, done = time.monotonic(), 0
    with _unread(conn, [text_queries.permitted(load) for load in loads], scorer.version) as cursor:
        left = conn.execute("move forward all in unread").rowcount
        conn.execute("move absolute 0 in unread")
        chunks = _chunks(cursor)
        while done < left and (seconds is None or seconds > 0):
            chunk = next(chunks)
            write_scores(conn, chunk, scorer)
            done += len(chunk)
            if seconds is not None and time.monotonic() - began >= seconds:
                break
    if left:
        say(f"{done:,} earlier texts read by {scorer.version}, {left - done:,} left")
    return left - done


def _unread(
    conn: psycopg.Connection, wanted: list[sql.Composed], version: str
) -> psycopg.ServerCursor:
    cursor = conn.cursor(name="unread", withhold=True, scrollable=True)
    cursor.itersize = FETCHED_AT_ONCE
    return cursor.execute(text_queries.unread(wanted), {"version": version})


def _chunks(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    chunk: list[tuple[str, str]] = []
    characters = 0
    for row in rows:
        chunk.append(row)
        characters += len(row[1])
        if len(chunk) == CHUNK or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk
