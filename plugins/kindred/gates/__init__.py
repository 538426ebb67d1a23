"""Gates: nothing becomes raw, and nothing becomes a mart, before its suite has said yes.

    batches.py   landed batches, before they are merged into raw
    landed.py    is everything there that landed?
    gone.py      records that are gone from the vendor: are they too many?
    silence.py   nothing came: is that plausible?
    scores.py    tonight's scores, before marts are built from them
    marts.py     built marts, before readers see them
    suites.py    the files in `expectations/`, and what makes one unfit to gate with
    examine.py   Great Expectations: its only importer
    verdicts.py  what a gate found, without any value of any row

A gate cannot pass vacuously: a missing or empty suite, a missing table, rows that went
missing, a rule that raised and a load that went quiet all block.
"""

from kindred.gates.batches import check_batches, release_batch
from kindred.gates.marts import check_marts
from kindred.gates.scores import check_scores
from kindred.gates.verdicts import Finding, Verdict

__all__ = [
    "Finding",
    "Verdict",
    "check_batches",
    "check_marts",
    "check_scores",
    "release_batch",
]
