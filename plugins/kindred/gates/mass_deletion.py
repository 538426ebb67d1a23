"""Decide whether as many records as a comparison found can really be gone from a vendor.

A lost permission, an incomplete response and a purge look alike in a comparison.
"""

from __future__ import annotations

from kindred.gates.verdicts import Finding
from kindred.warehouse.reconciliations import Reconciliation

# A handful passes without a question, unless it is most of the records.
A_FEW = 20


def few_gone(compared: Reconciliation, limit: float) -> Finding:
    """Return the finding on whether few enough of the compared records are gone.

    Args:
        limit: The share that may be gone. A few may be gone whatever their share, up to a half.
    """
    most = max(limit * compared.ids_in_raw, min(A_FEW, compared.ids_in_raw / 2))
    return Finding(
        "few_gone",
        "critical",
        compared.ids_gone <= most,
        f"Of {compared.ids_in_raw:,} records in raw {compared.ids_gone:,} are gone from the vendor;"
        f" up to {limit:.0%} at once, or {A_FEW}, pass without a question. Check the"
        " credentials' permissions, the object's name and the vendor's status. If they are"
        " right, release the batch. If not, correct them and run `kindred reconcile` again:"
        " once it has compared everything, this batch is superseded.",
        compared.ids_in_raw,
        compared.ids_gone,
    )
