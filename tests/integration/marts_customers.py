"""A few hundred made-up customers in `raw`, enough for every rule of the marts to matter.

Drawn from a seed by a few lines of their own, not by the sandbox: these tests ask whether the
SQL does what it says, the sandbox's ask whether what it says is true of a population.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

BEGINS = date(2025, 1, 1)
THROUGH = datetime(2026, 7, 16, tzinfo=UTC)
DAYS = (THROUGH.date() - BEGINS).days
# An order or an answer without one is among them.
CHANNELS = ("store", "web", "app", "phone", None)
ACQUIRED = ("store", "search", "social")
TOUCHPOINTS = ("store_visit", "delivery", "kiosk", None)
HELPS = ("belonging", "confidence_in_future", "well_being", "thrill")

Record = dict[str, Any]


def fill(dsn: str, customers: int = 300, seed: int = 7) -> None:
    """Write raw, scored and ops as a first night would leave them."""
    rng = random.Random(seed)  # noqa: S311 -- made-up customers, not secrets
    with psycopg.connect(dsn) as conn:
        for number in range(customers):
            for load, record in _customer(rng, number):
                write(conn, load, record)
        write(conn, "salesforce_contacts", contact(customers, master_contact_id="003-0001"))
        score(conn)
        move_cursors(conn, THROUGH)


def contact(number: int, **fields: Any) -> Record:
    """Return a contact; the first two share a telephone."""
    stamp = datetime(2024, 12, 1, tzinfo=UTC)
    return {
        "contact_id": f"003-{number:04}",
        "email": f"Person{number}@example.org ",
        "is_email_verified": number % 4 != 0,
        "phone": f"+3120555{max(number, 1):04}",
        "mastodon_handle": f"@Person{number}@social.example" if number % 3 == 0 else None,
        "has_text_consent": None if number % 20 == 7 else number % 20 != 0,
        "customer_since": BEGINS,
        "acquisition_channel": (*ACQUIRED, None)[number % 7 % 4],
        "acquisition_cost": 20 + number % 10,
        "is_deleted": fields.get("master_contact_id") is not None,
        "created_at": stamp,
        "modified_at": stamp,
        **fields,
    }


def order(number: int, order_id: str, ordered_on: date, amount: int) -> Record:
    """Return an order of the contact with this number."""
    return {
        "order_id": order_id,
        "contact_id": f"003-{number:04}",
        "ordered_on": ordered_on,
        "amount": amount,
        "status": "Activated",
        "channel": CHANNELS[(number % 3) * ordered_on.day % 5],
        "is_deleted": False,
        "created_at": _at(ordered_on),
        "modified_at": _at(ordered_on),
    }


def _customer(rng: random.Random, number: int) -> list[tuple[str, Record]]:
    since = BEGINS + timedelta(days=max(0, rng.randrange(-200, DAYS)))
    love, content = rng.random(), rng.random()
    ends = since + timedelta(days=rng.randrange(60, 900))
    records = [
        (
            "salesforce_contacts",
            contact(
                number,
                customer_since=since,
                contract_ended_on=ends if number % 10 == 5 and ends < THROUGH.date() else None,
            ),
        )
    ]
    day, count = since, 0
    while (day := day + timedelta(days=rng.randrange(5, 60))) < min(ends, THROUGH.date()):
        count += 1
        name = f"{number:04}-{count:03}"
        records.append(
            ("salesforce_orders", order(number, f"801-{name}", day, rng.randrange(10, 90)))
        )
        if number % 6 == 0 and count == 9:
            brought = order(number, f"802-{name}", day, 1000) | {"order_type": "Consolidation"}
            records.append(("salesforce_orders", brought))
        if rng.random() < 0.4:
            records.append(("salesforce_survey_responses", _survey(rng, number, name, day, love)))
            records += _ratings(number, name, day, love, content)
        if rng.random() < 0.2:
            records += _conversation(rng, number, name, day, content)
        if number % 3 == 0 and rng.random() < 0.3:
            records.append(("mastodon_statuses", _status(number, name, day, love)))
        if rng.random() < 0.05 + 0.1 * love:
            records.append(("salesforce_referrals", _referral(number, name, day, count)))
    return records


def _survey(rng: random.Random, number: int, name: str, day: date, love: float) -> Record:
    helps = {f"helps_{item}": 1 + min(6, int(7 * love)) for item in HELPS}
    return {
        "response_id": f"a01-{name}",
        "contact_id": f"003-{number:04}",
        "survey_name": "pulse",
        "touchpoint": TOUCHPOINTS[(number + day.day) % 4],
        "submitted_at": _at(day),
        "satisfaction": rng.randrange(2, 6) if number % 7 else None,
        "recommend": rng.randrange(3, 11),
        "differentiation": rng.randrange(1, 8),
        "verbatim": f"verbatim {name} {love:.1f}" if number % 2 else None,
        "is_deleted": False,
        "created_at": _at(day),
        "modified_at": _at(day),
        **(helps if number % 5 else {}),
    }


def _ratings(
    number: int, name: str, day: date, love: float, content: float
) -> list[tuple[str, Record]]:
    """Return what a survey's ratings would be: the shop goes with love, the price with content."""
    felt = {"store_visit": love, "price": content, "packaging": (love + content) / 2}
    return [
        (
            "salesforce_touchpoint_ratings",
            {
                "rating_id": f"a02-{name}-{touchpoint}",
                "response_id": f"a01-{name}",
                "contact_id": f"003-{number:04}",
                "touchpoint": touchpoint,
                "rated_at": _at(day),
                "rating": 1 + min(6, int(7 * how)),
                "importance": 2 + at * 2 if number % 2 else None,
                "is_deleted": False,
                "created_at": _at(day),
                "modified_at": _at(day),
            },
        )
        for at, (touchpoint, how) in enumerate(felt.items())
    ]


def _conversation(
    rng: random.Random, number: int, name: str, day: date, content: float
) -> list[tuple[str, Record]]:
    conversation = f"conv-{name}"
    phrase = {
        "conversation_id": conversation,
        "communication_id": "1",
        "said_at": _at(day),
    }
    return [
        (
            "genesys_conversations",
            {
                "conversation_id": conversation,
                "started_at": _at(day),
                "customer_phone": f"+3120555{max(number, 1):04}" if number % 2 else None,
                "customer_email": None if number % 2 else f"person{number}@EXAMPLE.org",
                "queue_id": f"queue-{day.day % 5}" if day.day % 11 else None,
            },
        ),
        (
            "genesys_surveys",
            {
                "survey_id": f"s-{name}",
                "conversation_id": conversation,
                "conversation_started_at": _at(day),
                "status": "Finished",
                "completed_at": _at(day + timedelta(days=2)),
                "total_score": round(100 * content, 1),
                "promoter_score": rng.randrange(0, 11),
            },
        ),
        *(
            (
                "genesys_transcripts",
                {
                    **phrase,
                    "phrase_number": turn,
                    "participant": "external" if turn else "internal",
                    "text": f"phrase {name} {turn}",
                },
            )
            for turn in range(3)
        ),
    ]


def _status(number: int, name: str, day: date, love: float) -> Record:
    return {
        "status_id": f"post-{name}",
        "account": f"person{number}@social.example",
        "created_at": _at(day),
        "modified_at": _at(day),
        "content": f"<p>post {name} {love:.1f}</p>",
        "hashtags": "[]",
        "reblogs": 0,
        "favourites": 0,
        "replies": 0,
        "is_deleted": False,
    }


def _referral(number: int, name: str, day: date, count: int) -> Record:
    return {
        "referral_id": f"00Q-{name}",
        "referrer_contact_id": f"003-{number:04}",
        "status": "Converted" if count % 2 else "Open",
        "converted_on": day + timedelta(days=20) if count % 2 else None,
        "is_deleted": False,
        "created_at": _at(day),
        "modified_at": _at(day),
    }


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def write(conn: psycopg.Connection, load: str, record: Record) -> None:
    """Write one record into raw, over an older version of it."""
    from kindred.sources import LOADS

    record = {**record, "_batch_id": 1, "_extracted_at": THROUGH}
    names = sql.SQL(", ").join(map(sql.Identifier, record))
    key = sql.SQL(", ").join(map(sql.Identifier, LOADS[load].key))
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in record
    )
    conn.execute(
        sql.SQL("insert into {} ({}) values ({}) on conflict ({}) do update set {}").format(
            sql.Identifier("raw", load),
            names,
            sql.SQL(", ").join(sql.Placeholder() * len(record)),
            key,
            changes,
        ),
        list(record.values()),
    )


def score(conn: psycopg.Connection, model: str = "test-1") -> None:
    """Give every text scores that depend on its words and the model only, and use the model."""
    from kindred.text_emotions import SCORES

    share = "('x' || left(md5({} || words || {}), 4))::bit(16)::int / 65535.0"
    shares = [sql.SQL(share).format(model.removeprefix("test-1"), name) for name in SCORES[1:]]
    conn.execute(
        sql.SQL(
            """
            insert into scored.texts (text_hash, model_version, valence, {names})
            select md5(words), {model},
                ('x' || left(md5({salt} || words), 4))::bit(16)::int / 32768.0 - 1, {shares}
            from (
                select verbatim from raw.salesforce_survey_responses where verbatim is not null
                union select text from raw.genesys_transcripts where participant = 'external'
                union select content from raw.mastodon_statuses
            ) as texts (words)
            on conflict do nothing
            """
        ).format(
            names=sql.SQL(", ").join(map(sql.Identifier, SCORES[1:])),
            shares=sql.SQL(", ").join(shares),
            model=model,
            salt=model.removeprefix("test-1"),
        )
    )
    conn.execute(
        "insert into scored.models (model_version, activated_at) values (%s, now())"
        " on conflict (model_version) do update set activated_at = excluded.activated_at",
        [model],
    )


def move_cursors(conn: psycopg.Connection, through: datetime) -> None:
    """Publish every load up to `through`."""
    from kindred.sources import LOADS

    for load in LOADS:
        conn.execute(
            "insert into ops.cursors (load, through, batch_id) values (%s, %s, 1)"
            " on conflict (load) do update set through = excluded.through",
            [load, through],
        )


def foretell(conn: psycopg.Connection) -> None:
    """Estimate risks of leaving by hand: the made-up customers are too few to learn them from."""
    conn.execute(
        """
        insert into estimated.lapse_risks
        select
            customer_id, month, ('x' || right(customer_id, 4))::bit(16)::int / 65536.0,
            case when customer_id > 'c_4' then 'connection_score_low' end
        from build.int_risk_features
        where has_left_since is null and month = (select max(month) from build.int_risk_features)
        """
    )
    conn.execute(
        "insert into estimated.risk_checks"
        " select '2026-03-01', band, 30, band / 20.0, 2 * band from generate_series(1, 10) as band"
    )
    conn.execute("delete from estimated.risk_fits")
    conn.execute(
        "insert into estimated.risk_fits values ('2026-06-01', null, '2026-03-01', 300,"
        " 0.1, 0.2, 0.5, 0.4, 0.6, 0.8, 0.7, 0.9, 3, 2, 4, 1, 0.9, 1.1)"
    )


def mark(conn: psycopg.Connection, load: str, subject: str, from_date: date, build: int) -> None:
    """Note a change that build `build` has claimed."""
    conn.execute(
        "insert into ops.changes (load, subject, from_date, batch_id, build_id)"
        " values (%s, %s, %s, 1, %s)",
        [load, subject, from_date, build],
    )
