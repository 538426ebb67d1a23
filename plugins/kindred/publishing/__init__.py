"""Publications: gated batches become raw, gated builds become marts; each in one transaction.

batches.py  landing.<load> -> raw.<load>: the newest version of every record wins
merge.py    how: the statements of such a merge
versions.py what a version of a record holds, and which of two is the newer
marts.py    build.<mart> -> marts.<mart>: readers see yesterday's until the commit
tables.py   a table that readers see made like the one that was built
"""

from kindred.publishing.batches import BatchPublication, publish_batches
from kindred.publishing.marts import MartPublication, publish_marts

__all__ = ["BatchPublication", "MartPublication", "publish_batches", "publish_marts"]
