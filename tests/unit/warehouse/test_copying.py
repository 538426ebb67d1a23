"""Encoding for text COPY: every value survives, and what Postgres cannot hold is replaced."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindred.warehouse.copying import clean, encode, to_json
from kindred.warehouse.schema import Column


def line(kind: str, value) -> str:
    return encode([(value,)], [Column("x", kind, True)]).decode()


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("text", "plain", "plain"),
        ("text", "a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e"),
        ("text", "\\N", "\\\\N"),
        ("text", "", ""),
        ("text", None, "\\N"),
        ("text", "a\0b", "a\ufffdb"),
        ("text", "a\ud83d b", "a\ufffd b"),
        ("text", "😀 é", "😀 é"),
        ("bigint", -(2**63), "-9223372036854775808"),
        ("double precision", 0.1, "0.1"),
        ("numeric", Decimal("12.30"), "12.30"),
        ("boolean", True, "t"),
        ("boolean", False, "f"),
        ("date", date(2026, 11, 1), "2026-11-01"),
        (
            "timestamp with time zone",
            datetime(2026, 11, 1, 12, tzinfo=UTC),
            "2026-11-01T12:00:00+00:00",
        ),
        ("jsonb", ["a\\b", 'c"d'], '["a\\\\\\\\b","c\\\\"d"]'),
        ("jsonb", {"a": "\0", "b": "\ud83d"}, '{"a": "\ufffd", "b": "\ufffd"}'),
    ],
)
def test_a_value_is_written_as_copy_reads_it(kind, value, written):
    assert line(kind, value) == written + "\n"


def test_no_rows_are_no_bytes():
    assert encode([], [Column("x", "text", True)]) == b""


def test_values_are_written_in_the_columns_order():
    columns = [Column("a", "bigint", False), Column("b", "text", True)]
    assert encode([(1, "x"), (2, None)], columns) == b"1\tx\n2\t\\N\n"


def test_what_all_rows_share_is_given_once():
    columns = [Column("a", "text", False), Column("b", "bigint", False), Column("c", "text", True)]
    assert encode([("x",), ("y",)], columns, (7, None)) == b"x\t7\t\\N\ny\t7\t\\N\n"


def test_one_value_to_escape_among_plain_ones_is_escaped():
    column = Column("a", "text", True)
    assert encode([("x",), (None,), ("a\nb",)], [column]) == b"x\n\\N\na\\nb\n"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_reads_back_as_it_was(text):
    written = line("text", text)
    assert "\n" not in written[:-1]
    assert "\t" not in written
    pairs = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
    read, rest = "", written[:-1]
    while rest:
        step = 2 if rest[0] == "\\" else 1
        read, rest = read + pairs.get(rest[:step], rest[:step]), rest[step:]
    assert read == text


def test_infinite_numbers_become_null_in_json():
    assert to_json({"a": [float("inf"), "\0"]}) == '{"a": [null, "\ufffd"]}'
    assert clean({"\0": {"a": [1, True, None]}}) == {"\ufffd": {"a": [1, True, None]}}
