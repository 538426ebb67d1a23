"""The vendors' APIs as the sandbox speaks them, one module a vendor, and what they share."""
