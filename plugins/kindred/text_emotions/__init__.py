"""Score what a customer's words express: without side effects, offline, the same in any company.

words (their own) ▸ language (is it English?) ▸ features ▸ model ▸ one row of scores a text.
docs/model_card.md states how well each score is recognised, and what not to use it for.
"""

from kindred.text_emotions.labels import EMOTIONS, MOTIVATORS, SCORES
from kindred.text_emotions.model import shipped
from kindred.text_emotions.scorer import score, thresholds

__all__ = ["EMOTIONS", "MODEL_VERSION", "MOTIVATORS", "SCORES", "score", "thresholds"]

MODEL_VERSION: str


def __getattr__(name: str) -> str:
    """Read the weights on first use of their version, because training starts without any."""
    if name == "MODEL_VERSION":
        return shipped().version
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
