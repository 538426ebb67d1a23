"""The card speaks of the scorer that ships: after a retraining without `make card` this fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindred.text_emotions import EMOTIONS, MODEL_VERSION, MOTIVATORS, SCORES
from training import card
from training.__main__ import CROSS_VALIDATION
from training.customers import grade
from training.judged import Judged, average_precision, correlation_of
from training.plot import draw, reliability
from training.tables import table

TEXT = card.CARD.read_text(encoding="utf-8")
FIGURES = TEXT.partition(card.BEGIN)[2].partition(card.END)[0]


def test_the_card_is_of_the_version_that_ships() -> None:
    # The comparison on other labels says itself which version's method it is of.
    lines = [line for line in TEXT.splitlines() if not line.startswith("| grouping,")]
    assert set(re.findall(r"kindred-\d+-[0-9a-f]{8}", "\n".join(lines))) == {MODEL_VERSION}


def test_the_plot_is_of_the_version_that_ships() -> None:
    assert MODEL_VERSION in (card.DOCS / "calibration.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("label", [*EMOTIONS, *MOTIVATORS])
def test_every_emotion_and_motivator_has_its_rows(label: str) -> None:
    assert FIGURES.count(f"\n| `{label}` |") == (2 if label in EMOTIONS else 1)


def test_the_card_names_every_column_that_score_gives() -> None:
    columns = TEXT.partition("## What it learned from")[0]
    assert [name for name in (*SCORES, "unscored_reason") if f"`{name}`" not in columns] == []


def test_figures_of_the_evaluation_set_are_those_of_the_shipped_scorer() -> None:
    folds = json.loads(CROSS_VALIDATION.read_text(encoding="utf-8"))
    assert [section for section in card.own_sections(folds) if section not in FIGURES] == []


def test_only_what_stands_between_the_markers_is_written_anew() -> None:
    before, after = f"words\n\n{card.BEGIN}", f"{card.END}\n\nmore words\n"
    once = card.with_figures(f"{before}\n\nold\n\n{after}", ["new", "newer"])
    assert once == f"{before}\n\nnew\n\nnewer\n\n{after}"
    assert card.with_figures(once, ["new", "newer"]) == once


def test_without_the_labelled_sets_the_command_says_so_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert card.main(tmp_path / "nowhere") == 1
    assert "nowhere" in capsys.readouterr().err
    assert card.CARD.read_text(encoding="utf-8") == TEXT


def test_average_precision_is_the_mean_precision_where_a_text_is_found() -> None:
    truth = np.array([True, False, True, False, False])
    assert average_precision(np.array([0.9, 0.8, 0.7, 0.2, 0.1]), truth) == pytest.approx(5 / 6)


@given(st.lists(st.booleans(), min_size=1).filter(any))
def test_a_scorer_that_says_the_same_of_all_has_the_share_as_average_precision(
    truth: list[bool],
) -> None:
    same = np.full(len(truth), 0.3)
    assert average_precision(same, np.array(truth)) == pytest.approx(np.mean(truth))


def test_an_f1_lies_in_its_interval_which_narrows_with_texts() -> None:
    few, many = judged(100), judged(2_000)
    for name in ("joy", "anger", "macro", "micro"):
        assert few.f1[name].low <= few.f1[name].value <= few.f1[name].high
        assert width(few, name) > 2 * width(many, name)


def test_an_interval_of_a_correlation_is_narrower_towards_one() -> None:
    low, high = correlation_of(0.9, 103)[1:]
    assert low < 0.9 < high
    assert 0.9 - low > high - 0.9
    assert correlation_of(0.0, 103)[2] == pytest.approx(np.tanh(0.196))


def test_a_score_is_graded_by_the_lower_end_of_its_interval() -> None:
    assert [grade(low) for low in (0.6, 0.59, 0.4, 0.39, 0.0)] == [
        "well",
        "fairly",
        "fairly",
        "poorly",
        "poorly",
    ]


def test_reliability_tells_what_is_said_from_what_is_true() -> None:
    chances = np.array([0.05] * 100 + [0.85] * 50 + [0.5] * 3)  # three texts are no bin
    truth = np.array([True] * 10 + [False] * 90 + [True] * 25 + [False] * 25 + [True] * 3)
    said, share, (low, high) = reliability(chances, truth)
    assert said == pytest.approx([0.05, 0.85])
    assert share == pytest.approx([0.1, 0.5])
    assert (low < share).all()
    assert (share < high).all()


def test_the_same_figures_draw_the_same_plot_whatever_the_readers_settings(tmp_path: Path) -> None:
    of = judged(200, [*EMOTIONS, *MOTIVATORS])
    draw(of, of, tmp_path / "one.svg")
    with mpl.rc_context({"font.size": 20, "svg.hashsalt": None}):
        draw(of, of, tmp_path / "other.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_columns_of_figures_are_aligned_right() -> None:
    assert table(("a", "b"), [("x", 1), ("y", "")]) == "\n".join(
        ("| a | b |", "| --- | ---: |", "| x | 1 |", "| y |  |")
    )


def judged(texts: int, labels: list[str] | None = None) -> Judged:
    """Return made-up truths and chances that go with them."""
    labels = labels or ["joy", "anger"]
    rng = np.random.default_rng(5)
    truths = rng.random((texts, len(labels))) < 0.3
    return Judged(
        tuple(labels), truths, np.clip(0.3 * truths + 0.6 * rng.random(truths.shape), 0, 1)
    )


def width(of: Judged, name: str) -> float:
    return of.f1[name].high - of.f1[name].low
