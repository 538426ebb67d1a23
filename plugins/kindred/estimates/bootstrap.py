"""A bootstrap over random blocks of customers: a draw weights blocks, without visiting customers.

Blocks of independent customers are independent themselves. Drawing blocks with replacement
therefore has the same spread as drawing customers, for any function of sums (random groups: Wolter,
Introduction to Variance Estimation, chapter 2). Every draw is fixed by a seed.
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
    """Return each customer's block: 400 blocks of equal size up to one, or one per customer."""
    blocks = min(customers, BLOCKS)
    return np.random.default_rng(SEED).permutation(customers) % blocks


def drawn_sums(sums: Floats, draws: int) -> Iterator[Floats]:
    """Yield the sums [draws, ...] of drawn blocks, in chunks of draws to bound the memory.

    Args:
        sums: [blocks, ...], the sums of each block.
        draws: The number of draws; each draws as many blocks as exist, with replacement.
    """
    blocks, *shape = sums.shape
    flat = sums.reshape(blocks, -1)
    times = np.random.default_rng([SEED, 1]).multinomial(blocks, np.full(blocks, 1 / blocks), draws)
    step = max(_CHUNK_BYTES // (8 * flat.shape[1]), 1)
    for start in range(0, draws, step):
        weights = times[start : start + step].astype(np.float64)
        yield (weights @ flat).reshape(len(weights), *shape)
