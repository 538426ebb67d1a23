"""The records that the hidden state causes, one module a kind, in the vendors' own words."""
