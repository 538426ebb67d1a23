"""Scoring reads each text once a model, only the customer's own words, and mixes no two models."""

import hashlib
import logging
import threading

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from kindred import scoring
from kindred.errors import SupersededError, WarehouseError
from kindred.scoring import Scorer, backlog
from kindred.sources import LOADS, VENDORS
from kindred.text_emotions import MODEL_VERSION, SCORES
from kindred.warehouse import schema
from kindred.warehouse.connections import connect
from tests.integration.landed import good
from tests.integration.scored_nights import (
    TRANSCRIPTS,
    Night,
    customer_says,
    model,
    phrases,
    publish,
)

POSTS = LOADS["mastodon_statuses"]
CANARY = "canary-7391"
OLD, NEW = model("old-1"), model("new-1")


@pytest.fixture
def night(warehouse):
    opened = Night(warehouse)
    yield opened
    opened.close()


@pytest.fixture
def loader(night):
    return night.loader


def digest_of(words):
    return hashlib.md5(words.encode()).hexdigest()  # noqa: S324 -- a name, as scored.texts has it


# Which texts


def test_only_the_customers_own_words_are_scored(night, loader):
    publish(loader, TRANSCRIPTS, phrases(("external", "I love it"), ("internal", "How awful")))
    night.run(OLD)
    found = loader.execute("select text_hash = md5('I love it') from scored.texts").fetchall()
    assert found == [(True,)]


def test_every_score_reaches_its_own_column_unchanged(night, loader):
    customer_says(loader, "I love it")
    night.run(OLD)
    row = loader.execute(f"select {', '.join(SCORES)} from scored.texts").fetchone()
    assert row == tuple(OLD.score(["I love it"])[list(SCORES)].iloc[0])
    assert len(set(row)) > 10


def test_the_installed_model_writes_rows_that_the_table_takes(night, loader):
    customer_says(loader, "I love it", "???", "https://x.example", "Wo bleibt mein Paket?")
    assert night.run(scoring.INSTALLED)[0] == MODEL_VERSION
    found = loader.execute(
        "select valence > 0, unscored_reason is null from scored.texts where text_hash = md5(%s)",
        ["I love it"],
    ).fetchall()
    assert found == [(True, True)]
    assert night.count(scoring.INSTALLED) == 4


def test_a_text_that_cannot_be_read_has_a_reason_and_no_number(night, loader):
    customer_says(loader, "I love it", "unreadable")
    night.run(OLD)
    assert "       1 texts scored      1 unscored" in night.said[1]
    row = loader.execute(
        f"select unscored_reason, num_nonnulls({', '.join(SCORES)}) from scored.texts"
        " where unscored_reason is not null"
    ).fetchall()
    assert row == [("not English: xx", 0)]


def test_the_same_words_are_scored_once_and_a_second_time_not_at_all(night, loader):
    customer_says(loader, "Thank you", "Thank you")
    publish(loader, POSTS, [good(POSTS, content="Thank you")])
    claimed = night.claim(OLD)
    night.score(claimed.build_id, OLD)
    assert night.count(OLD) == 1
    scored_at = "select scored_at from scored.texts"
    before = loader.execute(scored_at).fetchall()
    night.score(claimed.build_id, OLD)
    assert loader.execute(scored_at).fetchall() == before


def test_a_text_that_comes_after_the_claim_is_left_to_the_next_refresh(night, loader):
    customer_says(loader, "Thank you")
    night.run(OLD)
    customer_says(loader, "Hello", call="c-2")
    claimed = night.claim(OLD)
    customer_says(loader, "Never again", call="c-3")
    night.score(claimed.build_id, OLD)
    assert night.count(OLD) == 2
    night.run(OLD)
    assert night.count(OLD) == 3


def test_a_night_reads_what_has_no_score_and_nothing_twice(night, loader):
    customer_says(loader, "Thank you", "Goodbye")
    night.run(OLD)
    loader.execute("delete from scored.texts where text_hash = md5('Goodbye')")
    customer_says(loader, "Hello", call="c-2")
    read = []
    night.run(Scorer("old-1", lambda texts: OLD.score(read.extend(texts) or read)))
    assert sorted(read) == ["Goodbye", "Hello"]


def test_more_texts_than_a_chunk_holds_are_all_read(night, loader, monkeypatch):
    monkeypatch.setattr(backlog, "CHUNK", 3)
    monkeypatch.setattr(backlog, "CHUNK_CHARACTERS", 12)
    customer_says(loader, *(f"text {number}" * (1 + number % 3) for number in range(20)))
    night.run(OLD)
    assert night.count(OLD) == 20


# A new model


def history(loader, calls=6):
    """Calls of successive hours: what the last one says is the newest text."""
    for number in range(calls):
        (row,) = phrases(("external", f"call {number}"), call=f"c-{number}")
        publish(loader, TRANSCRIPTS, [row | {"said_at": row["said_at"].replace(hour=number)}])


def test_a_new_model_reads_everything_again_and_is_used_the_same_night_if_there_is_time(
    night, loader
):
    history(loader)
    assert night.run(OLD) == ("old-1", True)
    customer_says(loader, "Hello", call="c-new")
    assert night.run(NEW) == ("new-1", False)
    assert (night.count(OLD), night.count(NEW)) == (6, 7)
    assert night.in_use() == ["new-1", "old-1"]


def test_a_new_model_reads_newest_first_over_nights_while_the_marts_use_the_old_one(
    night, loader, monkeypatch
):
    monkeypatch.setattr(backlog, "CHUNK", 2)
    history(loader)
    night.run(OLD)
    used = []
    for number in range(3):
        customer_says(loader, f"night {number}", call=f"n-{number}")
        used.append(night.run(NEW, seconds=1e-9)[0])
        assert night.count(NEW) == 3 * (number + 1)
        if number == 0:
            read = loader.execute(
                "select text from raw.genesys_transcripts where md5(text) in"
                " (select text_hash from scored.texts where model_version = 'new-1') order by text"
            ).fetchall()
            assert read == [("call 4",), ("call 5",), ("night 0",)]
            assert "2 earlier texts read by new-1, 4 left" in night.said
    assert used == ["old-1", "old-1", "new-1"]
    assert night.in_use() == ["new-1", "old-1"]


def test_a_night_without_a_change_goes_on_reading_and_one_with_nothing_left_does_nothing(
    night, loader, monkeypatch
):
    monkeypatch.setattr(backlog, "CHUNK", 4)
    history(loader)
    night.run(OLD)
    assert night.run(NEW, seconds=1e-9)[0] == "old-1"
    assert night.run(NEW, seconds=1e-9)[0] == "new-1"
    assert night.claim(NEW) is None


def test_no_time_at_all_reads_tonights_texts_only(night, loader):
    history(loader)
    night.run(OLD)
    customer_says(loader, "Hello", call="c-new")
    assert night.run(NEW, seconds=0)[0] == "old-1"
    assert night.count(NEW) == 1


def test_the_first_marts_wait_for_their_scores_however_long_it_takes(night, loader, monkeypatch):
    monkeypatch.setattr(backlog, "CHUNK", 2)
    history(loader)
    claimed = night.claim(OLD)
    loader.execute("delete from ops.changes where subject <> 'c-0'")  # read before, or lost
    choice = night.score(claimed.build_id, OLD, seconds=0)
    assert (choice.used, night.count(OLD)) == ("old-1", 6)


def test_a_night_that_breaks_off_has_kept_the_chunks_before(night, loader, monkeypatch):
    monkeypatch.setattr(backlog, "CHUNK", 2)
    history(loader)
    calls = []

    def breaks(texts):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return OLD.score(texts)

    claimed = night.claim(OLD)
    with pytest.raises(KeyboardInterrupt):
        night.score(claimed.build_id, Scorer("old-1", breaks))
    assert night.count(OLD) == 4
    assert night.run(OLD) == ("old-1", True)
    assert night.count(OLD) == 6


def test_a_crash_between_reading_and_settling_leaves_the_model_before_in_use(night, loader):
    history(loader)
    night.run(OLD)
    claimed = night.claim(NEW)
    night.score(claimed.build_id, NEW)
    assert night.in_use() == ["old-1"]
    assert night.run(NEW) == ("new-1", False)
    assert night.in_use() == ["new-1", "old-1"]


# Back to the old model


def test_the_model_before_is_in_use_again_at_once_when_the_code_goes_back(night, loader):
    history(loader)
    night.run(OLD)
    customer_says(loader, "only new has read this", call="c-new")
    night.run(NEW)
    assert night.run(OLD)[0] == "old-1"
    assert night.in_use() == ["old-1", "new-1"]
    assert night.count(OLD) == 7


def test_texts_that_waited_make_a_full_build_when_the_code_goes_back_half_way(
    night, loader, monkeypatch
):
    monkeypatch.setattr(backlog, "CHUNK", 2)
    history(loader)
    night.run(OLD)
    customer_says(loader, "waits", call="c-new")
    assert night.run(NEW, seconds=1e-9) == ("old-1", False)
    customer_says(loader, "tonight", call="c-newer")
    assert night.run(OLD) == ("old-1", True)
    assert night.count(OLD) == 8
    assert night.claim(OLD) is None


def test_texts_that_waited_are_not_forgotten_by_a_crash(night, loader, monkeypatch):
    monkeypatch.setattr(backlog, "CHUNK", 2)
    history(loader)
    night.run(OLD)
    night.run(NEW, seconds=1e-9)
    claimed = night.claim(OLD)
    night.score(claimed.build_id, OLD)  # and no further
    assert night.run(OLD) == ("old-1", True)


# Beside each other


def test_two_runs_beside_each_other_write_each_text_once(warehouse, night, loader, monkeypatch):
    monkeypatch.setattr(backlog, "CHUNK", 7)
    customer_says(loader, *(f"text {number}" for number in range(100)))
    claimed = night.claim(OLD)
    errors = []

    def run():
        try:
            with connect(warehouse.dsn("loader")) as conn:
                scoring.score_texts(
                    conn, LOADS.values(), claimed.build_id, 600, lambda _: None, OLD
                )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert night.count(OLD) == 100


def test_a_run_whose_claim_was_taken_over_settles_nothing(night, loader):
    history(loader)
    night.run(OLD)
    customer_says(loader, "Hello", call="c-new")
    slow = night.claim(NEW)
    choice = night.score(slow.build_id, NEW)
    assert choice.used == "new-1"
    assert night.run(OLD)[0] == "old-1"
    with pytest.raises(SupersededError, match="not the newest"):
        scoring.record_selection(night.transformer, slow.build_id, choice)
    assert night.in_use() == ["old-1"]


# The warehouse before this


def test_a_warehouse_of_the_first_scorer_is_migrated_and_goes_on(warehouse, night, loader):
    history(loader)
    with psycopg.connect(warehouse.dsn("admin")) as admin:
        admin.execute("drop table scored.texts, scored.complete, scored.models, scored.profiles")
        admin.execute(
            """
            create table scored.texts (
                text_hash text not null, model_version text not null, valence double precision,
                unscored_reason text, scored_at timestamptz not null default now(),
                primary key (text_hash, model_version),
                check ((valence is null) <> (unscored_reason is null))
            );
            create table scored.complete (
                load text not null, model_version text not null,
                completed_at timestamptz not null default now(), primary key (load, model_version)
            );
            insert into scored.texts (text_hash, model_version, valence)
            select md5(text), 'vader-3.3.2', 0.5 from raw.genesys_transcripts
            where text <> 'call 0';
            insert into scored.texts (text_hash, model_version, unscored_reason)
            select md5('call 0'), 'vader-3.3.2', 'empty';
            insert into scored.complete (load, model_version)
            select unnest(array['genesys_transcripts', 'mastodon_statuses',
                'salesforce_survey_responses']), 'vader-3.3.2';
            insert into ops.builds (run_id, status) values ('r', 'published');
            delete from ops.changes;
            """
        )
        admin.execute("alter table ops.builds drop column text_model_version")
        admin.execute("drop table ops.migrations")
    for _ in range(2):
        schema.migrate(warehouse.dsn("admin"), VENDORS.values())
    assert night.in_use() == ["vader-3.3.2"]
    vader = model("vader-3.3.2")
    assert not scoring.is_another_model_due(loader, "vader-3.3.2")
    assert night.run(NEW, seconds=0)[0] == "vader-3.3.2"
    assert night.run(NEW)[0] == "new-1"
    assert (night.count(vader), night.count(NEW)) == (6, 6)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"valence": 1.01}, "texts_are_in_range"),
        ({"anger": -0.01}, "texts_are_in_range"),
        ({"security": float("inf")}, "texts_are_in_range"),
        ({"thrill": float("nan")}, "texts_are_scored_whole"),
    ],
)
def test_a_score_outside_its_scale_is_refused_without_quoting_the_row(
    night, loader, changes, constraint
):
    customer_says(loader, CANARY)
    claimed = night.claim(OLD)
    with pytest.raises(WarehouseError, match=constraint) as refused:
        night.score(claimed.build_id, model("old-1", **changes))
    assert digest_of(CANARY) not in str(refused.value)
    assert refused.value.__cause__ is None
    assert night.count(OLD) == 0


# What it says


def test_no_text_and_no_secret_is_said_while_scoring(warehouse, night, loader, caplog):
    caplog.set_level(logging.DEBUG)
    customer_says(loader, CANARY, f"unreadable {CANARY}")
    publish(loader, POSTS, [good(POSTS, content=CANARY)])
    night.run(OLD)
    said = list(night.said)
    customer_says(loader, f"{CANARY} again", call="c-2")
    choice = night.score(night.claim(NEW).build_id, NEW, seconds=0)
    said = "".join([*said, *night.said, str(choice), caplog.text])
    said += str(loader.execute("select * from scored.profiles").fetchall())
    assert len(said) > 200
    password = conninfo_to_dict(warehouse.dsn("loader"))["password"]
    for secret in (CANARY, str(password), digest_of(CANARY)):
        assert secret not in said
