"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# The same examples everywhere, and no deadline: other work on the machine is no failure.
# `make soak` draws its own.
settings.load_profile("ci")
