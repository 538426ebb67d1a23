"""Gates: nothing enters raw or a mart before it has passed its suite.

    batches.py          landed batches, before they are merged into raw
    completeness.py     are all landed rows still there?
    volume.py           are few rows, or none, plausible?
    expected_volume.py  the number of rows to expect, from recent nights
    linked_share.py     do as many rows find their customer as in recent weeks?
    mass_deletion.py    are too many records gone from the vendor?
    scores.py           tonight's scores, before marts are built from them
    marts.py            built marts, before readers see them
    suites.py           the files in `expectations/`, and the requirements they must meet
    small_batches.py    how many rows must fail before their share holds a batch
    gx_runner.py        run a suite with Great Expectations
    gx_context.py       open Great Expectations on a database
    verdicts.py         the results of a gate, without the value of any row

A gate cannot pass vacuously: a missing or empty suite, a missing table, missing rows, a rule that
raises an error and a load that has gone quiet all block.
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
