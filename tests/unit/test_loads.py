import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindred.loads import Window


def at(day):
    return datetime(2026, 1, day, tzinfo=UTC)


@given(st.integers(min_value=1, max_value=400), st.integers(min_value=1, max_value=60))
def test_split_windows_cover_the_whole_without_gap_or_overlap(days, widest):
    whole = Window(at(1), at(1) + timedelta(days=days))
    parts = whole.split(timedelta(days=widest))
    assert parts[0].start == whole.start
    assert parts[-1].end == whole.end
    assert all(a.end == b.start for a, b in itertools.pairwise(parts))
    assert all(part.end - part.start <= timedelta(days=widest) for part in parts)


def test_a_window_without_length_is_refused():
    with pytest.raises(ValueError, match="has a length"):
        Window(at(2), at(2))


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=2))])
def test_a_window_that_is_not_in_utc_is_refused(zone):
    edge = at(1).replace(tzinfo=zone)
    with pytest.raises(ValueError, match="UTC"):
        Window(edge, at(9))


def test_a_window_reads_as_days_where_it_is_days():
    assert str(Window(at(1), at(2))) == "2026-01-01 to 2026-01-02"
