"""The gate of scores: what holds the marts, what is only said, and what a person can accept."""

import logging

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from kindred import scoring
from kindred.cli import held
from kindred.errors import SupersededError
from kindred.gates import check_scores, suites
from kindred.sources import LOADS
from tests.integration.landed import good
from tests.integration.scored_nights import TRANSCRIPTS, Night, customer_says, model, publish

SURVEYS = LOADS["salesforce_survey_responses"]
MODEL, NEW = model("old-1"), model("new-1")
CANARY = "canary-7391"


class GatedNight(Night):
    """A night whose scores are gated, as the score task does it."""

    def gate(self, scorer=MODEL, seconds=600.0, accepted="", folder=None):
        claimed = self.claim(scorer)
        choice = self.score(claimed.build_id, scorer, seconds)
        verdict = check_scores(
            self.warehouse.dsn("transformer"),
            claimed.build_id,
            is_used=choice.is_installed,
            accepted=accepted,
            folder=folder,
        )
        if verdict.is_passed:
            scoring.record_selection(self.transformer, claimed.build_id, choice)
            self.end(claimed.build_id)
        return verdict

    def say(self, count, words="hello", load=TRANSCRIPTS):
        """Publish texts of one load, each different from all before."""
        self.calls = getattr(self, "calls", 0) + 1
        key, field = load.key[-1], load.text.column
        numbers = range(self.calls * 10_000, self.calls * 10_000 + count)
        rows = [
            good(load, **{key: n if load is TRANSCRIPTS else f"k-{n}", field: f"{words} {n}"})
            for n in numbers
        ]
        publish(self.loader, load, rows)

    def state(self):
        return self.transformer.execute(
            "select status, message, scores_accepted from ops.builds order by build_id desc limit 1"
        ).fetchone()


@pytest.fixture
def night(warehouse):
    opened = GatedNight(warehouse)
    yield opened
    opened.close()


def failed(verdict):
    return {(one.severity, one.rule) for one in verdict.findings if not one.is_passed}


SPREAD = ("warning", "scores_are_spread_as_before")
OTHER = ("critical", "scores_are_not_of_another_population")
HALF = ("critical", "half_of_the_texts_are_scored")
NINE_IN_TEN = ("warning", "nine_in_ten_texts_of_a_load_are_scored")
WAITING = ("warning", "marts_have_the_texts_of_tonight")


def test_ordinary_nights_pass_every_rule_and_each_is_written_down(night):
    for _ in range(3):
        night.say(300)
        verdict = night.gate()
        assert failed(verdict) == set()
    results = night.transformer.execute(
        "select count(*), bool_and(is_passed), count(distinct build_id) from ops.gate_results"
        " where suite = 'scored_texts'"
    ).fetchone()
    assert results == (3 * len(verdict.findings), True, 3)
    assert len(verdict.findings) >= 8


def test_a_night_without_a_text_passes(night):
    publish(night.loader, SURVEYS, [good(SURVEYS, verbatim=None)])
    assert failed(night.gate()) == set()


# Coverage


@pytest.mark.parametrize(
    ("readable", "unreadable", "fails"),
    [
        (99, 101, {HALF, NINE_IN_TEN}),
        (170, 30, {NINE_IN_TEN}),
        (180, 20, set()),
        (0, 199, set()),
    ],
)
def test_texts_without_a_score_are_reported_then_hold_from_two_hundred_on(
    night, readable, unreadable, fails
):
    night.say(readable)
    night.say(unreadable, "unreadable")
    verdict = night.gate()
    assert failed(verdict) == fails
    assert verdict.is_passed is (HALF not in fails)


def test_one_load_that_cannot_be_read_is_reported_and_holds_nothing(night):
    night.say(400)
    night.say(200, "unreadable", SURVEYS)
    verdict = night.gate()
    assert failed(verdict) == {NINE_IN_TEN}
    assert verdict.is_passed


def test_a_brand_whose_customers_write_otherwise_lowers_the_share_in_the_suite(night, tmp_path):
    text = (suites.FOLDER / "scored_texts.yml").read_text()
    assert text.count("< 0.5 * sum(texts)") == 1
    (tmp_path / "scored_texts.yml").write_text(text.replace("< 0.5 * sum", "< 0.05 * sum"))
    night.say(40)
    night.say(360, "unreadable")
    assert night.gate(folder=tmp_path).is_passed


def test_held_scores_keep_the_marts_and_are_shown_with_their_rule(night, warehouse):
    night.say(300)
    night.gate()
    night.say(300, "unreadable")
    assert not night.gate().is_passed
    status, message, _ = night.state()
    assert status == "held"
    assert "half_of_the_texts_are_scored" in message
    assert "Readers keep the marts published" in message
    (stuck,) = held.read(warehouse.dsn("admin"))
    assert [rule["rule"] for rule in stuck["rules"]] == ["half_of_the_texts_are_scored"]
    assert "KINDRED" not in stuck["rules"][0]["notes"]
    night.say(2000)
    assert night.gate().is_passed, "what was held is claimed again, and is few among many now"


# Spread


def test_another_population_holds_the_marts(night):
    night.say(1000)
    night.gate()
    night.say(600, "angry")
    verdict = night.gate()
    assert failed(verdict) == {SPREAD, OTHER}
    assert verdict.status == "held"
    (spread,) = (one for one in verdict.findings if one.rule == OTHER[1])
    assert spread.rows_failed == 2, "anger and joy of one load"
    worst = night.transformer.execute(
        "select load, score from scored.profiles where psi >= 0.25 order by score"
    ).fetchall()
    assert worst == [("genesys_transcripts", "anger"), ("genesys_transcripts", "joy")]


def test_a_smaller_change_is_reported_only(night):
    night.say(2000)
    night.gate()
    night.say(1700)
    night.say(300, "angry")
    verdict = night.gate()
    assert failed(verdict) == {SPREAD}
    assert verdict.is_passed


def test_too_few_texts_never_alarm(night):
    night.say(1000)
    night.gate()
    night.say(199, "angry")
    assert failed(night.gate()) == set()


def test_too_few_texts_to_compare_with_never_alarm(night):
    night.say(199)
    night.gate()
    night.say(1000, "angry")
    assert failed(night.gate()) == set()


def test_a_source_that_is_down_is_no_change_of_mood(night):
    night.say(1000, "angry")
    night.say(300, "fine", SURVEYS)
    night.gate()
    night.say(300, "fine", SURVEYS)
    assert failed(night.gate()) == set()


def test_only_nights_that_were_published_are_compared_with(night):
    night.say(1000)
    night.gate()
    night.say(1000, "angry")
    assert not night.gate().is_passed
    assert not night.gate().is_passed
    references = night.transformer.execute(
        "select max(reference_texts) from scored.profiles group by build_id order by build_id"
    ).fetchall()
    assert references == [(0,), (1000,), (1000,)]


def test_what_a_person_accepts_passes_and_is_what_later_nights_are_compared_with(night):
    night.say(1000)
    night.gate()
    night.say(600, "angry")
    assert night.gate().status == "held"
    accepted = night.gate(accepted="the price rise of March")
    assert accepted.is_passed
    assert OTHER in failed(accepted)
    assert night.state() == ("published", None, "the price rise of March")
    night.say(600, "angry")
    assert failed(night.gate()) == set()
    night.say(600)
    assert night.gate().status == "held"


def test_a_reason_to_accept_is_not_kept_where_nothing_was_held(night):
    night.say(300)
    assert night.gate(accepted="just in case").is_passed
    assert night.state()[2] is None


# Models


def test_a_new_model_is_not_compared_with_the_nights_of_the_old_one(night):
    night.say(1000)
    night.gate()
    night.say(1000)
    shifted = model("new-1", anger=0.9)
    assert failed(night.gate(shifted)) == set()
    night.say(1000)
    assert night.gate(model("new-1", anger=0.01)).status == "held"


def test_a_model_that_the_marts_do_not_use_yet_holds_nothing(night):
    night.say(300)
    night.gate()
    night.say(300)
    verdict = night.gate(model("new-1", valence=0.5), seconds=0)
    assert failed(verdict) == {WAITING, ("warning", "texts_differ_in_valence")}
    assert verdict.is_passed
    night.say(300)
    verdict = night.gate(model("new-1", valence=0.5))
    assert failed(verdict) == {("critical", "texts_differ_in_valence")}
    assert night.in_use() == ["old-1"], "a model whose scores are held does not take over"


def test_texts_that_wait_for_a_new_model_are_reported_until_it_takes_over(night):
    night.say(300)
    night.gate()
    night.say(50)
    assert failed(night.gate(NEW, seconds=0)) == {WAITING}
    assert failed(night.gate(NEW)) == set()


# What cannot pass


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("scored = scored - 1 where score = 'joy'", "every_text_has_a_score_or_a_reason"),
        ("highest = 1.01 where score = 'anger'", "scores_are_on_their_scale"),
        ("lowest = -1.01 where score = 'valence'", "scores_are_on_their_scale"),
        ("lowest = -0.01 where score = 'joy'", "scores_are_on_their_scale"),
        ("lowest = highest where score = 'valence'", "texts_differ_in_valence"),
    ],
)
def test_scores_that_cannot_be_right_hold_the_marts(night, warehouse, change, rule):
    night.say(300)
    claimed = night.claim(MODEL)
    night.score(claimed.build_id, MODEL)
    night.loader.execute(f"update scored.profiles set {change} and load = '{TRANSCRIPTS.name}'")
    verdict = check_scores(warehouse.dsn("transformer"), claimed.build_id)
    assert failed(verdict) == {("critical", rule)}


def test_a_text_whose_score_went_missing_holds_the_marts(night, monkeypatch):
    night.say(300)
    write = scoring.backlog.score_profiles.write

    def lose_one_first(conn, *rest):
        conn.execute("delete from scored.texts where text_hash = md5('hello 10000')")
        write(conn, *rest)

    monkeypatch.setattr(scoring.backlog.score_profiles, "write", lose_one_first)
    assert failed(night.gate()) == {("critical", "every_text_has_a_score_or_a_reason")}


def test_a_gate_without_a_profile_or_a_suite_holds(night, warehouse, tmp_path):
    night.say(1)
    claimed = night.claim(MODEL)
    dsn, build_id = warehouse.dsn("transformer"), claimed.build_id
    for options in ({}, {"is_used": False}, {"accepted": "all is well"}):
        verdict = check_scores(dsn, build_id, **options)
        assert failed(verdict) == {("critical", "texts_are_profiled")}
        assert verdict.status == "held"
    night.score(build_id, MODEL)
    for options in ({}, {"is_used": False}, {"accepted": "all is well"}):
        verdict = check_scores(dsn, build_id, folder=tmp_path, **options)
        assert failed(verdict) == {("critical", "suite_is_fit")}
        assert verdict.status == "held"


def test_the_scores_of_a_build_that_was_replaced_are_not_gated(night, warehouse):
    night.say(1)
    claimed = night.claim(MODEL)
    night.score(claimed.build_id, MODEL)
    night.claim(MODEL)
    with pytest.raises(SupersededError):
        check_scores(warehouse.dsn("transformer"), claimed.build_id)
    assert night.transformer.execute("select count(*) from ops.gate_results").fetchone() == (0,)


def test_no_text_and_no_secret_leaves_the_gate_of_scores(night, warehouse, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    night.say(300, f"unreadable {CANARY}")
    verdict = night.gate()
    said = f"{verdict}{verdict!r}{caplog.text}{''.join(capfd.readouterr())}{night.state()}"
    with psycopg.connect(warehouse.dsn("admin")) as admin:
        for table in ("ops.gate_results", "ops.builds", "scored.profiles", "scored.models"):
            said += str(admin.execute(f"select * from {table}").fetchall())
    assert "half_of_the_texts_are_scored" in said
    for secret in (CANARY, str(conninfo_to_dict(warehouse.dsn("transformer"))["password"])):
        assert secret not in said


def test_customers_who_say_the_same_are_counted_each(night):
    customer_says(night.loader, *["Thank you"] * 3, "Goodbye")
    night.gate()
    found = night.transformer.execute(
        "select texts, scored from scored.profiles"
        " where load = 'genesys_transcripts' and score = 'joy'"
    ).fetchall()
    assert found == [(4, 4)]
