"""Estimates of the marts beyond SQL, in numpy and scipy, with the source of each formula."""
