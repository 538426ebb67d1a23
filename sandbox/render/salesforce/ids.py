"""Salesforce's ids and times, made from numbers so that a seed fixes them."""

from __future__ import annotations

import numpy as np

from sandbox.times import iso

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE62 = np.frombuffer(_ALPHABET, np.uint8)
_CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)


def record_ids(prefix: str, count: int) -> list[str]:
    """Return `count` 18-character record ids: key prefix, number, case checksum.

    Numbers are scattered, so that the order of ids is not the order of creation.
    """
    digits = np.empty((count, 15), np.int64)
    digits[:, :3] = [_ALPHABET.index(letter) for letter in prefix.encode()]
    digits[:, 3:10] = [5, 54, 0, 0, 0, 0, 0]
    number = (np.arange(count, dtype=np.int64) * 2_654_435_761 + 97) % 62**5  # a bijection
    for place in range(14, 9, -1):
        digits[:, place] = number % 62
        number //= 62
    is_upper = (digits >= 10) & (digits < 36)
    weights = 1 << np.arange(5)
    check = np.stack([is_upper[:, at : at + 5] @ weights for at in (0, 5, 10)], axis=1)
    text = np.concatenate([_BASE62[digits], _CHECK[check]], axis=1).astype(np.uint8)
    return [row.decode() for row in np.ascontiguousarray(text).view("S18").ravel().tolist()]


def date_time(moment: int) -> str:
    """Write an instant (ms) as Salesforce does: `2026-10-31T18:20:05.000+0000`."""
    return f"{iso(moment)}+0000"


def day(moment: int) -> str:
    """Write the UTC day of an instant (ms)."""
    return iso(moment)[:10]
