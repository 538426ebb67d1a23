"""Write the weights file: plain arrays in one npz, the same bytes from the same training."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from kindred.text_emotions.weights import Weights

ATTRIBUTION = """\
Learned from: GoEmotions (Demszky et al. 2020, Google Research, CC BY 4.0); Touché23-ValueEval
(Mirzakhmedova et al. 2023, CC BY 4.0); tweets and Amazon review snippets rated by people (Hutto &
Gilbert 2014, MIT); and sentences written for this project. No text of them is in this file, only
words, word pairs and letter sequences with their weights."""


def write(weights: Weights, path: Path) -> str:
    """Write `weights` and return their version: the name, and the start of the content's digest."""
    arrays = {
        "scores": np.array(weights.scores),
        "features": np.frombuffer("\n".join(weights.features).encode(), dtype=np.uint8),
        "values": weights.values,
        "rated": np.frombuffer("\n".join(weights.rated).encode(), dtype=np.uint8),
        "ratings": weights.ratings,
        "rows": weights.rows,
        "step": weights.step,
        "constants": weights.constants,
        "mixture": weights.mixture,
        "intercepts": weights.intercepts,
        "thresholds": weights.thresholds,
        "attribution": np.array(ATTRIBUTION),
    }
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + arrays[name].tobytes())
    version = f"{weights.version}-{digest.hexdigest()[:8]}"
    np.savez(path, allow_pickle=False, version=np.array(version), **arrays)
    return version
