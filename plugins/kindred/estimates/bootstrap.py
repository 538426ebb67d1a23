"""A bootstrap over random blocks of customers: a draw weighs blocks, it does not visit customers.

Blocks of independent customers are themselves independent, so drawing blocks with replacement has
the same spread as drawing customers, for anything made of sums (subsampling by random groups:
Wolter, Introduction to Variance Estimation, chapter 2). Every draw is fixed by a seed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SEED = 20261101
BLOCKS = 400
_CHUNK_BYTES = 8_000_000


def random_blocks(customers: int) -> npt.NDArray[np.intp]:
    """Return each customer's block: 400 of equal size but for one, or one a customer when fewer."""
    blocks = min(customers, BLOCKS)
    return np.random.default_rng(SEED).permutation(customers) % blocks


def drawn_sums(sums: Floats, draws: int) -> Iterator[Floats]:
    """Give the sums [draws, ...] of drawn blocks, a chunk of draws at a time to bound the memory.

    Args:
        sums: [blocks, ...], what each block adds up to.
        draws: how many times as many blocks as there are, are drawn with replacement.
    """
    blocks, *shape = sums.shape
    flat = sums.reshape(blocks, -1)
    times = np.random.default_rng([SEED, 1]).multinomial(blocks, np.full(blocks, 1 / blocks), draws)
    step = max(_CHUNK_BYTES // (8 * flat.shape[1]), 1)
    for start in range(0, draws, step):
        weights = times[start : start + step].astype(np.float64)
        yield (weights @ flat).reshape(len(weights), *shape)
