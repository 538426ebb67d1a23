"""What is compared with the truth: a module a subject, a function an assertion (`registry.py`)."""

from bench.truth.assertions import (
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
from bench.truth.assertions.registry import (
    ASSERTIONS,
    Assertion,
    Finding,
    assertion,
    examine,
    is_null,
)

# Importing a subject puts its assertions on the list.
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

__all__ = ["ASSERTIONS", "SUBJECTS", "Assertion", "Finding", "assertion", "examine", "is_null"]
