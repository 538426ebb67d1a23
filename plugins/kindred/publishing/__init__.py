"""Publish gated batches to raw and gated builds to the marts, each in one transaction.

batches.py  landing.<load> -> raw.<load>: the newest version of every record wins
merge.py    the statements of such a merge
versions.py the content of a record's version, and which of two versions is newer
marts.py    build.<mart> -> marts.<mart>: readers see the old rows until the commit
tables.py   make a table of the readers equal to the one that was built
"""

from kindred.publishing.batches import BatchPublication, publish_batches
from kindred.publishing.marts import MartPublication, publish_marts

__all__ = ["BatchPublication", "MartPublication", "publish_batches", "publish_marts"]
