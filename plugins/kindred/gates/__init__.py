"""Gates: nothing becomes raw, and nothing becomes a mart, before its suite has said yes.

    batches.py          landed batches, before they are merged into raw
    completeness.py     is everything there that landed?
    volume.py           few rows or none: is that plausible?
    expected_volume.py  how many rows the nights of late lead us to expect
    linked_share.py     do as many rows find their customer as in the last weeks?
    mass_deletion.py    records that are gone from the vendor: are they too many?
    scores.py           tonight's scores, before marts are built from them
    marts.py            built marts, before readers see them
    suites.py           the files in `expectations/`, and what makes one unfit to gate with
    small_batches.py    how many rows have to be wrong before their share holds a batch
    gx_runner.py        a suite run by Great Expectations
    gx_context.py       Great Expectations opened on a database
    verdicts.py         what a gate found, without any value of any row

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
