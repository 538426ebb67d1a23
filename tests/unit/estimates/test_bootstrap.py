import numpy as np
import pytest

from kindred.estimates.bootstrap import drawn_sums, random_blocks


@pytest.mark.parametrize(("customers", "blocks"), [(1, 1), (399, 399), (401, 400), (100_000, 400)])
def test_blocks_are_of_equal_size_but_for_one(customers, blocks):
    sizes = np.bincount(random_blocks(customers))

    assert len(sizes) == blocks
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("customers", [300, 50_000])
def test_means_spread_over_draws_by_the_standard_error_of_the_textbook(customers):
    values = np.random.default_rng(1).exponential(size=customers)
    blocks = random_blocks(customers)
    sums = np.column_stack([np.bincount(blocks, values), np.bincount(blocks)])

    drawn = np.concatenate(list(drawn_sums(sums, 4000)))

    means = drawn[:, 0] / drawn[:, 1]
    assert means.std() == pytest.approx(values.std() / np.sqrt(customers), rel=0.1)
    assert means.mean() == pytest.approx(values.mean(), abs=0.1 * means.std())


def test_draws_do_not_depend_on_how_many_fit_into_memory_at_once():
    sums = np.random.default_rng(1).standard_normal((400, 30_000))

    chunks = list(drawn_sums(sums, 50))
    small = np.concatenate(list(drawn_sums(sums[:, :10], 50)))

    assert len(chunks) > 1
    assert np.allclose(np.concatenate(chunks)[:, :10], small, atol=1e-9)
