"""What is compared with the truth: one module a subject, one function a claim (`registry.py`)."""

from bench.truth.claims import (
    advocacy,
    agreement,
    attrition,
    consolidation,
    drivers,
    initiatives,
    nulls,
    recovery,
    risk,
    shares,
    teams,
    value,
)
from bench.truth.claims.registry import CLAIMS, Claim, Finding, claim, examine, is_null

# Importing a subject puts its claims on the list.
SUBJECTS = (
    shares,
    attrition,
    advocacy,
    value,
    consolidation,
    drivers,
    initiatives,
    teams,
    recovery,
    risk,
    agreement,
    nulls,
)

__all__ = ["CLAIMS", "SUBJECTS", "Claim", "Finding", "claim", "examine", "is_null"]
