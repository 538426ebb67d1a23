"""Draw docs/calibration.svg: of the texts that the scorer calls so likely, how many are so?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kindred.text_emotions import EMOTIONS, MODEL_VERSION, MOTIVATORS
from training.calibration import binned
from training.judged import Bools, Floats, Judged

_FEWEST_TEXTS = 10
_SETS = (("GoEmotions dev", "#1f5fa8", "o"), ("evaluation set", "#c8500a", "s"))


def draw(dev: Judged, own: Judged, path: Path) -> None:
    """Write a panel an emotion, and one of all motivators; the same file from the same figures."""
    style: dict[Any, Any] = {
        "svg.hashsalt": "kindred",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(9, 7), facecolor="white", layout="constrained")
        panels = figure.subplots(3, 4, sharex=True, sharey=True).flat
        for panel, emotion in zip(panels, EMOTIONS, strict=False):
            _panel(panel, emotion)
            for of, (_, colour, mark) in zip((dev, own), _SETS, strict=True):
                at = of.labels.index(emotion)
                _points(panel, of.chances[:, at], of.truths[:, at], colour, mark)
        panel = panels[len(EMOTIONS)]
        _panel(panel, "all motivators")
        at_all = [own.labels.index(motivator) for motivator in MOTIVATORS]
        _points(panel, own.chances[:, at_all].ravel(), own.truths[:, at_all].ravel(), *_SETS[1][1:])
        figure.supxlabel("probability that the scorer gives", fontsize=10)
        figure.supylabel("share of texts that have it", fontsize=10)
        handles = [
            Line2D([], [], color=colour, marker=mark, linestyle="none", label=name)
            for name, colour, mark in _SETS
        ]
        figure.legend(handles=handles, loc="outside upper right", ncols=2, frameon=False)
        figure.suptitle(f"Calibration of {MODEL_VERSION}", x=0.02, ha="left", fontsize=11)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def reliability(chances: Floats, truth: Bools) -> tuple[Floats, Floats, Floats]:
    """Return mean probability, share true and the ends of its 95 % interval (Wilson), by bin.

    Bins are those that the expected calibration error is taken over; those
    with fewer than ten texts are left out.
    """
    texts, said, true = binned(chances, truth.astype(float))
    kept = texts >= _FEWEST_TEXTS
    texts, said, share = texts[kept], said[kept] / texts[kept], true[kept] / texts[kept]
    return said, share, _wilson(share, texts)


def _wilson(share: Floats, texts: Floats) -> Floats:
    z = 1.96
    middle = (share + z**2 / (2 * texts)) / (1 + z**2 / texts)
    reach = z * np.sqrt(share * (1 - share) / texts + (z / (2 * texts)) ** 2) / (1 + z**2 / texts)
    return np.stack([middle - reach, middle + reach])


def _panel(panel: Axes, name: str) -> None:
    panel.set_title(name, fontsize=10, loc="left")
    panel.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, zorder=0)
    panel.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    panel.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def _points(panel: Axes, chances: Floats, truth: Bools, colour: str, mark: str) -> None:
    said, share, ends = reliability(chances, truth)
    panel.vlines(said, *ends, color=colour, linewidth=0.9, alpha=0.6)
    panel.plot(said, share, color=colour, marker=mark, markersize=4, linestyle="none")
