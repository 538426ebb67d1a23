"""Publications: gated batches become raw, gated builds become marts; each in one transaction.

batches.py  landing.<load> -> raw.<load>: the newest version of every record wins
marts.py    build.<mart> -> marts.<mart>: readers see yesterday's until the commit
"""

from kindred.publishing.batches import BatchPublication, publish_batches
from kindred.publishing.marts import MartPublication, publish_marts

__all__ = ["BatchPublication", "MartPublication", "publish_batches", "publish_marts"]
