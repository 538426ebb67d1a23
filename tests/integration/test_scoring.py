"""Scoring reads each text once a model, and only the customer's own words."""

import pytest
from landed import good, land

from kindred import scoring
from kindred.publishing import publish_batches
from kindred.sources import LOADS
from kindred.warehouse.connections import connect

TRANSCRIPTS = LOADS["genesys_transcripts"]


@pytest.fixture
def loader(warehouse):
    with connect(warehouse.dsn("loader"), autocommit=True) as conn:
        yield conn


def publish(conn, load, rows):
    publish_batches(conn, [land(conn, load, rows, status="passed")], LOADS)
    conn.execute("update ops.changes set build_id = 1")  # as a build claims them


def phrases(*said):
    return [
        good(TRANSCRIPTS, phrase_number=number, participant=participant, text=text)
        for number, (participant, text) in enumerate(said)
    ]


def score(conn):
    return {
        found.load: (found.scored, found.unscored)
        for found in scoring.score_texts(conn, LOADS.values())
    }


def test_only_the_customers_own_words_are_scored(loader):
    publish(loader, TRANSCRIPTS, phrases(("external", "I love it"), ("internal", "How awful")))
    assert score(loader)["genesys_transcripts"] == (1, 0)
    assert loader.execute("select valence > 0 from scored.texts").fetchall() == [(True,)]


def test_a_text_without_words_is_counted_and_says_why(loader):
    publish(loader, TRANSCRIPTS, phrases(("external", "???"), ("external", "https://x.example")))
    assert score(loader)["genesys_transcripts"] == (1, 1)
    reasons = loader.execute("select unscored_reason from scored.texts order by 1").fetchall()
    assert reasons == [("empty",), (None,)]


def test_the_same_words_are_scored_once_and_a_second_time_not_at_all(loader):
    publish(loader, TRANSCRIPTS, phrases(("external", "Thank you"), ("external", "Thank you")))
    assert score(loader)["genesys_transcripts"] == (1, 0)
    assert score(loader)["genesys_transcripts"] == (0, 0)


def test_a_new_model_reads_everything_again_and_keeps_the_old_scores(loader, monkeypatch):
    publish(loader, TRANSCRIPTS, phrases(("external", "Thank you")))
    score(loader)
    loader.execute("delete from ops.changes")  # as after a publication of the marts
    monkeypatch.setattr(scoring, "MODEL_VERSION", "another-1")
    assert score(loader)["genesys_transcripts"] == (1, 0)
    versions = loader.execute("select model_version from scored.texts order by 1").fetchall()
    assert len(versions) == 2


def test_a_text_that_comes_after_the_claim_is_left_to_the_next_refresh(loader):
    publish(loader, TRANSCRIPTS, phrases(("external", "Thank you")))
    score(loader)
    loader.execute("delete from ops.changes")  # as after a publication of the marts
    publish(loader, TRANSCRIPTS, phrases(("external", "Thank you"), ("external", "Never again")))
    loader.execute("update ops.changes set build_id = null")
    assert score(loader)["genesys_transcripts"] == (0, 0)
    loader.execute("update ops.changes set build_id = 2")
    assert score(loader)["genesys_transcripts"] == (1, 0)


def test_a_night_reads_only_what_changed(loader):
    publish(loader, TRANSCRIPTS, phrases(("external", "Thank you")))
    score(loader)
    loader.execute("delete from ops.changes")
    loader.execute("delete from scored.texts")
    assert score(loader)["genesys_transcripts"] == (0, 0)
