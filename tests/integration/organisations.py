"""Small organisations: a few records in raw, the marts built and gated as a night does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from kindred.gates import check_marts
from kindred.gates.verdicts import Verdict
from tests.integration import marts_customers as people
from tests.integration.marts_built import MARTS, NO_TESTS, PROJECT, Marts

Record = dict[str, Any]
Records = list[tuple[str, Record]]
HISTORY_START = date(2026, 1, 1)
THROUGH = datetime(2026, 7, 1, tzinfo=UTC)


class Organisation(Marts):
    """A warehouse that holds these records and no others; `held` is what its last night held."""

    held: list[Verdict]

    def __init__(
        self, warehouse: Any, target: Path, records: Records, project: Path = PROJECT
    ) -> None:
        super().__init__(warehouse, target, project)
        warehouse.empty()
        with psycopg.connect(self.dsn) as conn:
            publish(conn, records)

    def night(self, *options: str) -> None:
        """Build and gate."""
        self.build(*NO_TESTS, *options)
        with psycopg.connect(self.transformer) as conn:
            row = conn.execute(
                "insert into ops.builds (run_id, status, started_at)"
                " values ('r', 'built', now()) returning build_id"
            ).fetchone()
        assert row is not None
        found = check_marts(self.transformer, row[0], MARTS)
        self.held = [verdict for verdict in found if not verdict.is_passed]

    def table(self, mart: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return columns of a mart, sorted."""
        names = ", ".join(columns)
        return self.rows(f"select {names} from build.{mart} order by {names}")


def publish(conn: psycopg.Connection, records: Records, through: datetime = THROUGH) -> None:
    """Write records into raw as nights since the history's start would leave them."""
    from kindred.sources import LOADS

    for load, record in records:
        people.write(conn, load, record)
    people.score(conn)
    people.move_cursors(conn, through)
    for load in LOADS.values():
        start = datetime(1970, 1, 1, tzinfo=UTC) if load.is_state else people._at(HISTORY_START)
        conn.execute(
            "insert into ops.loads (load, run_id, window_start, window_end, attempt, status)"
            " values (%s, 'night', %s, %s, 1, 'published')",
            [load.name, start, through],
        )


def contacts(count: int, since: date = date(2025, 1, 1), **fields: Any) -> Records:
    """Return contacts who can be told apart."""
    return [
        ("salesforce_contacts", people.contact(number, customer_since=since, **fields))
        for number in range(count)
    ]


def orders(number: int, bought: Iterable[tuple[date, Any]], **fields: Any) -> Records:
    """Return a contact's orders: a day and an amount each."""
    return [
        (
            "salesforce_orders",
            people.order(number, f"801-{number}-{at}", day, 0)
            | {"amount": amount, "channel": "web"}
            | fields,
        )
        for at, (day, amount) in enumerate(bought)
    ]


def surveys(number: int, answered: Iterable[date], **fields: Any) -> Records:
    """Return a contact's answers to the survey, a day each."""
    return [
        (
            "salesforce_survey_responses",
            {
                "response_id": f"a01-{number}-{at}",
                "contact_id": f"003-{number:04}",
                "survey_name": "pulse",
                "touchpoint": "store_visit",
                "submitted_at": people._at(day),
                "satisfaction": 5,
                "recommend": 9,
                "differentiation": 4,
                "helps_belonging": 6,
                "is_deleted": False,
                "created_at": people._at(day),
                "modified_at": people._at(day),
                **fields,
            },
        )
        for at, day in enumerate(answered)
    ]


def conversations(number: int, held: Iterable[date]) -> Records:
    """Return a contact's conversations, a day each, of two phrases."""
    records: Records = []
    for at, day in enumerate(held):
        name = f"conv-{number}-{at}"
        called = {
            "conversation_id": name,
            "started_at": people._at(day),
            "customer_email": f"person{number}@example.org",
            "queue_id": "queue-1",
        }
        records.append(("genesys_conversations", called))
        records += [
            (
                "genesys_transcripts",
                {
                    "conversation_id": name,
                    "communication_id": "1",
                    "said_at": people._at(day),
                    "phrase_number": turn,
                    "participant": "external",
                    "text": f"phrase {name} {turn}",
                },
            )
            for turn in range(6)
        ]
    return records
