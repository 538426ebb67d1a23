"""Which customers feel connected to a brand, what made them so, and what is it worth?"""

__version__ = "0.1.0"
