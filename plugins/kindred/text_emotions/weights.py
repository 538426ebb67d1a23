"""The weights file: what training writes and the scorer reads, as plain arrays."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

WEIGHTS = Path(__file__).with_name("weights.npz")


class Weights(NamedTuple):
    """The file's arrays.

    `values` and `rows` belong to the features, in their order: what a feature counts for, in
    arbitrary units, and its weight for each head in steps of `step`. `ratings` says how good the
    `rated` words are. `constants` belong to the heads; `mixture` (heads by scores) and `intercepts`
    make scores of them.
    """

    version: str
    scores: tuple[str, ...]
    features: list[str]
    values: npt.NDArray[np.uint16]
    rated: list[str]
    ratings: npt.NDArray[np.int8]
    rows: npt.NDArray[np.int8]
    step: npt.NDArray[np.float64]
    constants: npt.NDArray[np.float64]
    mixture: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]
    thresholds: npt.NDArray[np.float64]


def read(path: Path = WEIGHTS) -> Weights:
    """Read a weights file; it holds plain arrays, nothing that could run."""
    with np.load(path, allow_pickle=False) as file:
        return Weights(
            version=str(file["version"]),
            scores=tuple(file["scores"].tolist()),
            features=file["features"].tobytes().decode().split("\n"),
            values=file["values"],
            rated=file["rated"].tobytes().decode().split("\n"),
            ratings=file["ratings"],
            rows=file["rows"],
            step=file["step"],
            constants=file["constants"],
            mixture=file["mixture"],
            intercepts=file["intercepts"],
            thresholds=file["thresholds"],
        )
