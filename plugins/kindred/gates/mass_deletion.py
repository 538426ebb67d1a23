"""Decide whether as many records can be gone from a vendor as a comparison says.

A permission that was lost, an answer that was half of one and a purge look alike from here.
"""

from __future__ import annotations

from kindred.gates.verdicts import Finding
from kindred.warehouse.reconciliations import Reconciliation

# A handful is nothing to ask about, unless it is most of what there is.
A_FEW = 20


def few_gone(compared: Reconciliation, limit: float) -> Finding:
    """Return whether few enough of the compared records are gone.

    Args:
        limit: the share that may be gone; a few may be whatever their share, up to a half.
    """
    most = max(limit * compared.ids_in_raw, min(A_FEW, compared.ids_in_raw / 2))
    return Finding(
        "few_gone",
        "critical",
        compared.ids_gone <= most,
        f"Of {compared.ids_in_raw:,} records that raw holds the vendor has {compared.ids_gone:,} no"
        f" longer; up to {limit:.0%} at once, or {A_FEW}, end without a question. Look at the"
        " credentials' permissions, the object's name and the vendor's status. Where they are"
        " right, release the batch; where not, correct them and run `kindred reconcile` again:"
        " once it has compared everything, this batch is superseded.",
        compared.ids_in_raw,
        compared.ids_gone,
    )
