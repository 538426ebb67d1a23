"""From a customer's words to what they express: pure, offline, the same in any order.

`score` is the whole interface; the scorer behind it can be replaced, and MODEL_VERSION, which
reaches every scored row, says which one spoke.
"""

from kindred.feeling.lexicon import MODEL_VERSION, Feeling, score

__all__ = ["MODEL_VERSION", "Feeling", "score"]
