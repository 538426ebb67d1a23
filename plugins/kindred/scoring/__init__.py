"""Score customers' texts: each text once per model, and never two models in one mart.

    text_queries.py     which texts: of customers who consent, claimed ones, unread ones
    backlog.py          read texts in chunks, newest first if time is short
    score_writer.py     score a chunk and store the scores; delete those of unpermitted texts
    model_selection.py  which model's scores a build uses, and when a new one takes over
    score_profiles.py   the distribution of tonight's scores, against the nights before

Scores are stored by content hash and model version. A new model reads tonight's texts, and as many
earlier ones as the night's time allows. The marts keep using the previous model until the new one
has read everything. So no night is delayed for long, and no mart mixes models.
"""

from kindred.scoring.backlog import score_texts
from kindred.scoring.model_selection import ModelSelection, is_another_model_due, record_selection
from kindred.scoring.score_writer import INSTALLED, Scorer

__all__ = [
    "INSTALLED",
    "ModelSelection",
    "Scorer",
    "is_another_model_due",
    "record_selection",
    "score_texts",
]
