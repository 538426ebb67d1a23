"""The weights file: what training writes and the scorer reads, as plain arrays."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

WEIGHTS = Path(__file__).with_name("weights.npz")


class Weights(NamedTuple):
    """The file's arrays.

    `values` and `rows` are in the order of the features: a feature's value in arbitrary units, and
    its weight for each head in steps of `step`. `ratings` rate the `rated` words from bad to good.
    `constants` belong to the heads; `mixture` ([heads, scores]) and `intercepts` turn heads into
    scores.
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
    """Read a weights file, which holds plain arrays and nothing executable."""
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
