"""Local servers that speak the vendors' APIs over a seeded population whose truth is known.

Real vendors cannot be told to fail on Tuesday, and nobody knows which of their customers
really feel connected.  Here both are known, so the pipeline's answers can be checked.
The package imports nothing of `kindred`: a mistake shared by both sides would hide itself.
"""
