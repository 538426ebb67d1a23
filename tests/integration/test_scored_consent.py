"""What is scored and kept: the texts of consenting customers, exactly, after any night."""

from __future__ import annotations

import hashlib
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kindred.errors import BuildError, SupersededError
from kindred.sources import LOADS
from kindred.warehouse import ledger
from tests.integration.landed import NOON, good
from tests.integration.scored_nights import Night, customer_says, model, publish

CONTACTS, SURVEYS = LOADS["salesforce_contacts"], LOADS["salesforce_survey_responses"]
CALLS, PHRASES = LOADS["genesys_conversations"], LOADS["genesys_transcripts"]
POSTS = LOADS["mastodon_statuses"]
OLD, NEW = model("old-1"), model("new-1")
PHONES = {name: f"+49301234{at:03}" for at, name in enumerate(("ann", "bob", "cyd", "fay", "gus"))}

Batch = tuple[str, list[dict[str, Any]]]


def contact(name: str, *, consent: bool | None, day: int = 0, **fields: Any) -> Batch:
    """Return a contact as it stands on a day; made on the first one unless `fields` say when."""
    row = {
        "contact_id": name,
        "email": f"{name}@example.org",
        "is_email_verified": True,
        "phone": PHONES.get(name),
        "mastodon_handle": f"{name}@example.social",
        "has_text_consent": consent,
        "created_at": NOON - timedelta(days=9),
        "modified_at": NOON + timedelta(days=day),
    }
    return CONTACTS.name, [good(CONTACTS, **row | fields)]


def survey(name: str, words: str, **fields: Any) -> Batch:
    row = {"response_id": f"{name}: {words}", "contact_id": name, "verbatim": words}
    return SURVEYS.name, [good(SURVEYS, **row | fields)]


def call(name: str, *words: str) -> list[Batch]:
    """Return a call from a person's telephone and what was said: the last by the agent."""
    conversation = good(CALLS, conversation_id=name, customer_phone=PHONES[name])
    said = [
        good(
            PHRASES,
            conversation_id=name,
            phrase_number=at,
            participant="internal" if at == len(words) else "external",
            text=text,
        )
        for at, text in enumerate([*words, f"Hello, {name}"])
    ]
    return [(CALLS.name, [conversation]), (PHRASES.name, said)]


def post(name: str, words: str, *, day: int = 0, is_deleted: bool = False) -> Batch:
    row = {
        "status_id": f"post-{name}",
        "account": f"{name}@example.social",
        "content": words,
        "modified_at": NOON + timedelta(days=day),
        "is_deleted": is_deleted,
    }
    return POSTS.name, [good(POSTS, **row)]


def merged(into: str, day: int) -> dict[str, Any]:
    return {"is_deleted": True, "master_contact_id": into, "day": day, "mastodon_handle": None}


ANN = {"ann's answer", "ann's call", "ann's post"}
BOB = {"bob's answer", "bob's call", "bob's post", "Thank you!"}
# What comes in each night, and whose words are scored after it.
NIGHTS: list[tuple[str, list[Batch], set[str]]] = [
    (
        "only who says yes is scored",
        [
            contact("ann", consent=True),
            contact("bob", consent=False),
            contact("cyd", consent=None),
            survey("ann", "ann's answer"),
            survey("bob", "bob's answer"),
            survey("cyd", "cyd's answer"),
            *call("ann", "ann's call", "Thank you!"),
            *call("bob", "bob's call", "Thank you!"),
            *call("fay", "a stranger's call"),
            post("ann", "ann's post"),
            post("bob", "bob's post"),
            post("fay", "a stranger's post"),
        ],
        {*ANN, "Thank you!"},
    ),
    ("who begins to consent", [contact("bob", consent=True, day=1)], {*ANN, *BOB}),
    ("who refuses, but for words that others say", [contact("ann", consent=False, day=2)], BOB),
    (
        "who had consented on a record that is merged into a refusing person's",
        [survey("dee", "dee's answer"), contact("dee", consent=True, **merged("ann", 3))],
        BOB,
    ),
    (
        "who says yes on a record made later than the refusal",
        [
            contact(
                "eve",
                consent=True,
                created_at=NOON + timedelta(days=4),
                **merged("dee", 5),
            )
        ],
        {*ANN, *BOB, "dee's answer"},
    ),
    (
        "who becomes known",
        [contact("fay", consent=True, day=6)],
        {*ANN, *BOB, "dee's answer", "a stranger's call", "a stranger's post"},
    ),
    (
        "whose telephone turns out to be another's too, and who writes anew",
        [
            contact("gus", consent=True, day=7, phone=PHONES["fay"]),
            post("fay", "fay's post", day=7),
            survey("ann", "ann's second answer"),
        ],
        {*ANN, *BOB, "dee's answer", "fay's post", "ann's second answer"},
    ),
    (
        "who deletes what was said",
        [post("fay", "fay's post", day=8, is_deleted=True), post("bob", "", day=8)],
        {*ANN, *BOB, "dee's answer", "", "ann's second answer"} - {"bob's post"},
    ),
    (
        "who refuses on a merged record",
        [contact("eve", consent=False, created_at=NOON, **merged("dee", 9))],
        (BOB - {"bob's post"}) | {""},
    ),
]  # fmt: skip


@pytest.fixture
def night(warehouse: Any, parsed: Path) -> Any:
    opened = Night(warehouse, parsed)
    yield opened
    opened.close()


def bring(night: Night, batches: list[Batch]) -> None:
    for load, rows in batches:
        publish(night.loader, LOADS[load], rows)


def digests(words: set[str]) -> set[str]:
    return {hashlib.md5(text.encode()).hexdigest() for text in words}  # noqa: S324 -- as in raw


def scored(night: Night) -> set[str]:
    return {row[0] for row in night.transformer.execute("select text_hash from scored.texts")}


def test_after_each_night_the_scores_are_those_of_consenting_customers_texts(night: Night) -> None:
    for title, batches, words in NIGHTS:
        bring(night, batches)
        night.run(OLD)
        assert scored(night) == digests(words), title


@pytest.mark.parametrize("seed", range(2))
def test_nights_in_another_order_end_with_the_same_scores(night: Night, seed: int) -> None:
    batches = [batch for _, several, _ in NIGHTS for batch in several]
    random.Random(seed).shuffle(batches)  # noqa: S311 -- an order, no secret
    for at in range(0, len(batches), 9):
        bring(night, batches[at : at + 9])
        # Nobody claims before each load of some source has come.
        if night.transformer.execute("select from ops.cursors").rowcount:
            night.run(OLD)
    assert scored(night) == digests(NIGHTS[-1][2])


def test_a_refusal_is_gone_from_every_models_scores(night: Night) -> None:
    bring(night, NIGHTS[0][1])
    night.run(OLD)
    night.run(NEW)
    bring(night, [contact("ann", consent=False, day=1)])
    night.run(NEW)
    assert scored(night) == set()


def test_a_new_models_backlog_and_profiles_count_permitted_texts_only(night: Night) -> None:
    bring(night, NIGHTS[0][1])
    night.run(OLD)
    bring(night, [survey("ann", "ann again"), survey("bob", "bob again")])
    choice = night.score(night.claim(NEW).build_id, NEW, seconds=0)
    assert choice.texts_left == len({*ANN, "Thank you!"})
    profiles = night.transformer.execute(
        "select load, max(texts), max(scored), max(waiting) from scored.profiles"
        " where build_id = (select max(build_id) from ops.builds) group by load order by load"
    ).fetchall()
    assert profiles == [
        (PHRASES.name, 0, 0, 0),
        (POSTS.name, 0, 0, 0),
        (SURVEYS.name, 1, 1, 1),
    ]


def test_an_attempt_that_was_replaced_scores_nothing_that_was_refused_since(
    warehouse: Any,
) -> None:
    night = Night(warehouse)
    customer_says(night.loader, "I love it")
    slow = night.claim(OLD)
    ledger.join_attempt(night.loader, slow.attempt)
    with psycopg.connect(warehouse.dsn("admin")) as conn:
        conn.execute(
            "insert into ops.builds (run_id, status, attempt)"
            " values ('newer', 'building', nextval('ops.attempts'))"
        )
    with pytest.raises(SupersededError, match="newer attempt"):
        night.score(slow.build_id, OLD)
    assert night.count(OLD) == 0
    night.close()


def test_nothing_is_scored_or_deleted_where_dbt_cannot_say_who_consents(night: Night) -> None:
    bring(night, NIGHTS[0][1])
    night.run(OLD)
    before = scored(night)
    with psycopg.connect(night.warehouse.dsn("admin")) as conn:
        conn.execute("alter table raw.genesys_conversations rename customer_phone to phone")
    try:
        bring(night, [contact("ann", consent=False, day=1)])
        with pytest.raises(BuildError, match=r"stg_genesys_conversations.*no text is scored"):
            night.claim(OLD)
    finally:
        with psycopg.connect(night.warehouse.dsn("admin")) as conn:
            conn.execute("alter table raw.genesys_conversations rename phone to customer_phone")
    assert scored(night) == before
    state = night.transformer.execute(
        "select status from ops.builds order by build_id desc limit 1"
    ).fetchone()
    assert state == ("failed",)
    night.run(OLD)
    assert scored(night) == set()
