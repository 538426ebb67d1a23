"""What the weights' own code makes of a few texts: code that changes them is another scorer.

The version in every scored row is the weights'. Were features changed without training anew, two
scorers would share one version; a test compares these scores and says so.
"""

from __future__ import annotations

from kindred.text_emotions import SCORES, score

_PROBES = (
    "I am NOT happy at all, sooooo disappointed!!",
    "Thank you so much 😍 you've saved my holiday",
    "My order number is 4711-B, when does it arrive?",
    "<p>Third time I call &amp; nobody knows anything…</p>\n> we apologise for the delay",
    "Agent: How awful for you!\nCustomer: I'd never felt that welcome anywhere #FirstTime",
    "well i dont know, maybe it will be fine :) maybe not",
    "THE WORST. Really the worst app, it isn't even finished?! " * 15,
    "Das Paket ist leider nie angekommen, ich bin sehr enttäuscht.",
)


def probed() -> list[list[float | str | None]]:
    """Return the scores of each probe, and why it has none."""
    rows = score(_PROBES).to_dict("records")
    return [
        [row["unscored_reason"], *(row[name] for name in SCORES if row[name] == row[name])]
        for row in rows
    ]
