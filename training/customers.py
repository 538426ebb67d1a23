"""The card's figures on the project's own evaluation set: customers' words that taught nothing.

They need no data from elsewhere, so a test writes them anew and compares: a scorer that changed
without its card is found wherever the tests run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from kindred.text_emotions import EMOTIONS, MOTIVATORS, score, thresholds
from tests.unit.text_emotions.evaluation import read
from training.judged import Floats, Judged, correlation, judge
from training.tables import table

Folds = Mapping[str, Any]
LABELS = (*EMOTIONS, *MOTIVATORS)
_GRADES = {"well": 0.6, "fairly": 0.4, "poorly": 0.0}
"""What F1 must not be under, at the lower end of its interval."""

_MEANT_NEUTRAL = ("agent_phrase", "fact")

HARD = (
    ("Oh brilliant, a fourth engineer who never turned up.", "anger, by sarcasm"),
    ("I would be grateful if you could explain this third wrong bill.", "anger, politely"),
    ("We apologise for any inconvenience this may cause.", "nothing: pasted from the agent"),
    ("My policy covers accidental death and anxiety medication.", "nothing: a fact"),
    ("It is not that I would ever call the staff unfriendly.", "trust, by a far negation"),
    ("The parcel has been two streets away since Monday.", "frustration, implied"),
    ("I moved to the competitor last week.", "lost trust, implied"),
    ("Kundenservice was super, aber die app keeps crashing, echt annoying", "mixed languages"),
    ("Mera order abhi tak nahi aaya, bahut bura service", "frustration, in romanised Hindi"),
    ("Merci", "gratitude, in French"),
)
"""Texts made up for the card, with what they mean: the kinds that the method cannot see well."""


def grade(low: float) -> str:
    """Return how well a score is recognised, from the lower end of its F1's interval."""
    return next(name for name, least in _GRADES.items() if low >= least)


@cache
def judged() -> Judged:
    """Return the evaluation set with what the shipped scorer says of it."""
    examples = read()
    true = [each.emotions | each.motivators for each in examples]
    return judge([each.text for each in examples], true, LABELS)


def grades() -> str:
    """Write which scores are recognised well, fairly and poorly."""
    found: dict[str, list[str]] = {name: [] for name in _GRADES}
    for label in LABELS:
        found[grade(judged().f1[label].low)].append(f"`{label}`")
    return table(
        ("recognised", "F1's lower end is at least", "scores"),
        [(name, f"{_GRADES[name]:.1f}", ", ".join(of) or "none") for name, of in found.items()],
    )


def labels(folds: Folds) -> str:
    """Write the figures of every emotion and motivator, in five folds and on the set."""
    rows: list[Sequence[object]] = []
    for label in LABELS:
        fold, of = folds["own"][label], judged().figures(label)
        wide = f"{of.average_precision:.2f} ({of.share:.2f})"
        rows.append((f"`{label}`", f"{thresholds()[label]:.3f}", fold["texts"],
                     f"{fold['f1']:.2f}", f"{fold['ece']:.3f}", of.texts, of.f1, wide,
                     f"{of.ece:.3f}", grade(of.f1.low)))  # fmt: skip
    header = ("score", "threshold", "taught", "5-fold F1", "5-fold ECE", "texts", "F1 (95 %)",
              "average precision (share)", "ECE", "recognised")  # fmt: skip
    return table(header, rows)


def kinds() -> str:
    """Write how right the emotions are by kind of text, and what is found where nothing is."""
    examples = read()
    emotions = judge_emotions()
    felt = np.asarray(emotions.said[:, : EMOTIONS.index("neutral")].any(axis=1))
    rows = []
    for kind in dict.fromkeys(each.kind for each in examples):
        of = np.array([each.kind == kind for each in examples])
        share = f"{felt[of].mean():.0%}" if kind in _MEANT_NEUTRAL else ""
        rows.append((kind, int(of.sum()), emotions.only(of).f1["micro"], share))
    return table(("kind", "texts", "micro F1 of emotions (95 %)", "seen where nothing is"), rows)


def judge_emotions() -> Judged:
    """Return what is judged, emotions only."""
    return Judged(
        EMOTIONS, judged().truths[:, : len(EMOTIONS)], judged().chances[:, : len(EMOTIONS)]
    )


def valence() -> tuple[object, ...]:
    """Return the evaluation set's row of the table of valences."""
    examples = read()
    ours = score([each.text for each in examples]).valence.to_numpy(dtype=np.float64)
    scored = ~np.isnan(ours)
    true = np.array([each.valence for each in examples])[scored]
    return (
        "evaluation set",
        int(scored.sum()),
        correlation(ours[scored], true),
        correlation(vader([each.text for each in examples])[scored], true),
    )


def vader(texts: list[str]) -> Floats:
    """Return VADER's compound score of each text as it was delivered."""
    of = SentimentIntensityAnalyzer().polarity_scores
    return np.array([of(text)["compound"] for text in texts])


def hard() -> str:
    """Write what the scorer makes of the texts in HARD."""
    found = score([text for text, _ in HARD])
    rows = []
    for (text, meaning), scores in zip(HARD, found.to_dict("records"), strict=True):
        passed = [label for label in LABELS if scores[label] >= thresholds()[label]]
        reason = scores["unscored_reason"]
        seen = reason if reason else f"{scores['valence']:+.2f}, {', '.join(passed) or 'nothing'}"
        rows.append((text, meaning, seen))
    return table(("text", "means", "valence, and what passes its threshold"), rows)
