"""One part of the measurement, in this process: `python -m bench.scorer.parts speed 97`."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import fmean, median
from typing import Any

from bench.scorer.comments import comments, composed, endless

MB = 1_000_000
ROUNDS, CHARACTERS_A_ROUND = 6, 330_000
MANY_CHARACTERS = 97
STEPS = 20  # times that progress is shown

Found = dict[str, Any]


def start(_: int) -> Found:
    """Time the import, of which pandas is a part, and the first score."""
    began = time.perf_counter()
    import pandas  # noqa: F401 -- to tell its share

    between = time.perf_counter()
    from kindred import text_emotions

    imported = time.perf_counter()
    text_emotions.score(["I waited two weeks for this and nobody called me back."])
    scored = time.perf_counter()
    weights = Path(text_emotions.__file__).parent.rglob("*.npz")
    return {
        "model": text_emotions.MODEL_VERSION,
        "weights_mb": sum(file.stat().st_size for file in weights) / MB,
        "pandas_s": between - began,
        "import_s": imported - began,
        "first_score_s": scored - began,
    }


def speed(mean: int) -> Found:
    """Score texts in turns with vaderSentiment; the first turn, nothing remembered, is apart."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from kindred.text_emotions import score

    vader = SentimentIntensityAnalyzer()
    texts = composed(iter(comments()), mean)
    rounds = [list(islice(texts, CHARACTERS_A_ROUND // mean)) for _ in range(ROUNDS)]
    ours: list[float] = []
    theirs: list[float] = []
    for batch in rounds:
        began = time.process_time()
        score(batch)
        between = time.process_time()
        for text in batch:
            vader.polarity_scores(text)
        ended = time.process_time()
        ours.append(len(batch) / (between - began))
        theirs.append(len(batch) / (ended - between))
    return {
        "mean_characters": fmean(len(text) for batch in rounds for text in batch),
        "texts_a_round": len(rounds[0]),
        "first_texts_s": ours[0],
        "texts_s": median(ours[1:]),
        "vader_texts_s": median(theirs[1:]),
        "ratio": median(us / them for us, them in zip(ours[1:], theirs[1:], strict=True)),
    }


def many(number: int) -> Found:
    """Score texts from a generator, which holds none of them."""
    from kindred.text_emotions import score

    score(comments()[:1])
    size = 0

    def told() -> Iterator[str]:
        nonlocal size
        for at, text in enumerate(islice(composed(endless(), MANY_CHARACTERS), number), 1):
            size += len(text.encode())
            yield text
            if at % max(number // STEPS, 1) == 0:
                sys.stderr.write(f"  {at:,} of {number:,}\n")

    before, began = peak_mb(), time.process_time()
    frame = score(told())
    return {
        "texts": len(frame),
        "input_mb": size / MB,
        "result_mb": int(frame.memory_usage().sum()) / MB,
        "before_mb": before,
        "peak_mb": peak_mb(),
        "seconds": time.process_time() - began,
    }


def long(characters: int) -> Found:
    """Score one text of so many characters."""
    from kindred.text_emotions import score

    score(comments()[:1])
    text = next(composed(endless(), characters))
    before, began = peak_mb(), time.process_time()
    score([text])
    spent = time.process_time() - began
    return {
        "characters": len(text),
        "input_mb": sys.getsizeof(text) / MB,
        "before_mb": before,
        "peak_mb": peak_mb(),
        "seconds": spent,
    }


def peak_mb() -> float:
    """Return the most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / MB


PARTS = {part.__name__: part for part in (start, speed, many, long)}

if __name__ == "__main__":
    _, chosen, size_given = sys.argv
    sys.stdout.write(json.dumps(PARTS[chosen](int(size_given))))
