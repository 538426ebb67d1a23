"""Small histories that change as vendors' data do, and what raw must hold after them.

A history is a handful of customers and what happened to their records, told in calls such as
`vendors.order("o1", by="ann", amount=20)`.  The vendors answer through the sandbox's servers and
the pipeline's own clients; `truth` says, without either, what a clean sequence of nights leaves.
"""

import pytest

# Asserts along a path say what differs, as those of a test do.
pytest.register_assert_rewrite(
    *(f"{__name__}.{each}" for each in ("any_path", "journey", "ledger_checks", "path_to_readers"))
)
