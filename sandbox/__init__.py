"""Local servers that speak the vendors' APIs over a seeded population whose truth is known.

Real vendors do not fail on demand, and it is not known which of their customers really feel
connected.  Here both are known, so the pipeline's answers can be checked.
The package imports nothing of `kindred`: a mistake shared by both sides would hide itself.
"""
