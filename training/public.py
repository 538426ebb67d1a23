"""The card's figures on the public sets, of five folds and of the splits that taught nothing."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kindred.text_emotions import EMOTIONS, MOTIVATORS, score
from tests.unit.text_emotions.evaluation import read
from training import customers
from training.customers import Folds
from training.data import Example
from training.judged import Judged, correlation, correlation_of, judge
from training.labels import TARGETS, VALUES_OF
from training.tables import table

FOREIGN = Path(__file__).parents[1] / "tests" / "unit" / "text_emotions" / "foreign.tsv"
_VALENCE = TARGETS.index("valence")
_RATED = {"tweets": "tweets", "reviews": "Amazon snippets", "own": "our training sentences"}
_SETS = {
    "goemotions": (
        "GoEmotions: Reddit comments (Demszky et al. 2020, Google Research)",
        "CC BY 4.0",
    ),
    "valueeval": ("Touché23-ValueEval: arguments (Mirzakhmedova et al. 2023)", "CC BY 4.0"),
    "tweets": ("tweets, rated (Hutto & Gilbert 2014), and their lexicon VADER", "MIT"),
    "reviews": ("Amazon review snippets, rated (same)", "MIT"),
    "own": ("the project's own sentences", "Apache-2.0"),
}
_BERT_28_MACRO = 0.46  # Demszky et al. 2020, on GoEmotions' test split


def sizes(examples: Sequence[Example]) -> str:
    """Write which set taught with how many texts, how many were kept back, and its licence."""
    rows: list[Sequence[object]] = []
    for source, (name, licence) in _SETS.items():
        splits = [each.split for each in examples if each.source == source]
        kept = splits.count("dev")
        rows.append((name, f"{splits.count('train'):,}", f"{kept:,}" if kept else "", licence))
    return table(("set", "taught", "kept back", "licence"), rows)


def dev(examples: Sequence[Example]) -> Judged:
    """Return GoEmotions' dev split with what the shipped scorer says of it."""
    return _judged(_of(examples, "goemotions", "dev"), EMOTIONS)


def emotions(of: Judged, folds: Folds) -> str:
    """Write the figures of every emotion, in five folds and on GoEmotions' dev split."""
    rows: list[Sequence[object]] = []
    for emotion in EMOTIONS:
        fold, figures = folds["goemotions"][emotion], of.figures(emotion)
        rows.append((f"`{emotion}`", f"{fold['texts']:,}", f"{fold['f1']:.2f}",
                     f"{fold['ece']:.3f}", f"{figures.texts:,}", f"{figures.precision:.2f}",
                     f"{figures.recall:.2f}", figures.f1, f"{figures.ece:.3f}"))  # fmt: skip
    for mean in ("macro", "micro"):
        overall = f"{folds['goemotions'][f'{mean}_f1']:.2f}"
        rows.append((mean, "", overall, "", "", "", "", of.f1[mean], ""))
    header = ("emotion", "training texts", "5-fold F1", "5-fold ECE", "dev texts", "precision",
              "recall", "F1 (95 %)", "ECE")  # fmt: skip
    return table(header, rows)


def proxy(examples: Sequence[Example]) -> str:
    """Write how the motivators find the human values that stand in for them."""
    mapped = [motivator for motivator in MOTIVATORS if VALUES_OF[motivator]]
    of = _judged(_of(examples, "valueeval", "dev"), mapped)
    found = [
        f"`{motivator}` {figures.average_precision:.2f} ({figures.share:.2f})"
        for motivator in mapped
        for figures in [of.figures(motivator)]
    ]
    return (
        "Average precision (share) of the values that stand in for a motivator, on "
        f"{len(of.truths):,} arguments: {', '.join(found)}. The others have no stand-in."
    )


def valences(examples: Sequence[Example], folds: Folds) -> str:
    """Write how valence goes with people's ratings, beside VADER's on the same texts."""
    rows: list[Sequence[object]] = []
    for source, name in _RATED.items():
        rated = _of(examples, source, "train")
        true = np.array([each.targets[_VALENCE] for each in rated], dtype=np.float64)
        ours = correlation_of(folds["valence_r"][source], len(rated))
        theirs = correlation(customers.vader([each.text for each in rated]), true)
        rows.append((f"{name}, 5 folds", f"{len(rated):,}", ours, theirs))
    rows.append(customers.valence())
    return table(("texts", "number", "r (95 %)", "r of VADER alone (95 %)"), rows)


def comparison(found: Mapping[str, Mapping[str, float]], version: str) -> str:
    """Write F1 on other groupings of GoEmotions' labels beside what is published."""
    rows: list[Sequence[object]] = []
    for name, figures in found.items():
        folds, on_dev = (
            f"{figures[f'{on}_macro_f1']:.3f} / {figures[f'{on}_micro_f1']:.3f}"
            for on in ("folds", "dev")
        )
        published = f"{_BERT_28_MACRO}" if name == "goemotions" else ""
        rows.append((name, f"{figures['labels']:.0f}", folds, on_dev, published))
    header = (f"grouping, by the method of `{version}`", "labels", "5-fold macro / micro F1",
              "dev macro / micro F1", "BERT-base, macro (test, Demszky et al. 2020)")  # fmt: skip
    return table(header, rows)


def languages(examples: Sequence[Example]) -> str:
    """Write how many English texts are left out and how many foreign ones are caught."""
    with FOREIGN.open(encoding="utf-8", newline="") as file:
        foreign = [row[1] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    texts = {
        "English comments (GoEmotions dev)": [e.text for e in _of(examples, "goemotions", "dev")],
        "English texts of the evaluation set": [e.text for e in read()],
        "sentences in other languages, made up (`tests/unit/text_emotions/foreign.tsv`)": foreign,
    }
    return f"Left unscored as not English: {'; '.join(map(_left_out, texts, texts.values()))}."


def _left_out(name: str, texts: Sequence[str]) -> str:
    out = int(score(texts).unscored_reason.str.startswith("not English", na=False).sum())
    return f"{out:,} of {len(texts):,} ({out / len(texts):.1%}) {name}"


def _of(examples: Sequence[Example], source: str, split: str) -> list[Example]:
    return [each for each in examples if (each.source, each.split) == (source, split)]


def _judged(examples: Sequence[Example], labels: Sequence[str]) -> Judged:
    held = np.array([each.targets for each in examples]) > 0.5
    true = [{TARGETS[at] for at in np.flatnonzero(row)} for row in held]
    return judge([each.text for each in examples], true, labels)
