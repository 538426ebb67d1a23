"""Score what customers said: each text once a model, and never two models in one mart.

    text_queries.py     which texts: of customers who consent, the claimed ones, those not read yet
    backlog.py          read them in chunks, newest first where time is short
    score_writer.py     score a chunk, keep its scores; delete those of texts that may not be read
    model_selection.py  which model's scores a build uses, and when a new one takes over
    score_profiles.py   how tonight's scores are spread, against the nights before

Scores are kept by content hash and model version. A new model reads tonight's texts, and what
came before them in the time that a night has for it; the marts go on with the model before it
until it has read everything. So no night is held up for long, and no mart is a mixture.
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
