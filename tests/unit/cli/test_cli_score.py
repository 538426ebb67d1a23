"""`kindred score`: a table in, the same table with scores out, and errors that show no content."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kindred.cli import app, score_file
from kindred.cli.text_files import Lines
from kindred.cli.text_tables import ADDED, Csv
from kindred.text_emotions import MODEL_VERSION, SCORES, score

SECRET = "hunter2"
UNSCORED = [float("nan")] * len(SCORES)


def run(*arguments: str | Path, stdin: bytes = b"") -> tuple[int, bytes, str]:
    """Return the exit code, what was written, and what was said."""
    told = CliRunner().invoke(app, ["score", *map(str, arguments)], input=stdin)
    return told.exit_code, told.stdout_bytes, told.stderr


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows(written: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written.decode(), newline="")))


def test_csv_comes_back_with_its_columns_in_order_and_the_scores_behind(tmp_path: Path) -> None:
    reviews = file(tmp_path, "r.csv", b"id,text,stars\n1,I love it,5.0\n2,I hate it,1.0\n")

    code, written, _ = run(reviews)

    found = rows(written)
    assert code == 0
    assert list(found[0]) == ["id", "text", "stars", *ADDED]
    assert [row["stars"] for row in found] == ["5.0", "1.0"]
    expected = score(["I love it", "I hate it"])
    for name in SCORES:
        assert [row[name] for row in found] == [f"{number + 0.0:.4f}" for number in expected[name]]


def test_what_was_there_stays_as_it_was_typed() -> None:
    typed = b'\xef\xbb\xbftext,"n"\r\n"so ""good"",\r\nreally", 007 \r\nfine,1e3'

    _, written, _ = run("-", stdin=typed)

    head, first, second, last, nothing = written.split(b"\r\n")
    assert head.startswith(b'\xef\xbb\xbftext,"n",valence,')
    assert first == b'"so ""good"",'
    assert second.startswith(b'really", 007 ,0.')
    assert last.startswith(b"fine,1e3,")
    assert nothing == b""


def test_json_lines_keep_their_fields_and_get_numbers_or_null(tmp_path: Path) -> None:
    posts = file(tmp_path, "p.jsonl", b'{"id":1.00,"text":"I am so happy"}\n{"id": 2}\n\n')

    code, written, _ = run(posts)

    first, second = written.decode().splitlines()
    assert code == 0
    assert first.startswith('{"id":1.00,"text":"I am so happy", "valence": 0.')
    assert list(json.loads(first)) == ["id", "text", *ADDED]
    unscored = dict.fromkeys(SCORES)
    assert json.loads(second) == {"id": 2, **unscored, "unscored_reason": "empty"}


def test_an_empty_cell_is_unscored_and_says_so() -> None:
    _, written, _ = run("-", stdin=b"id,text\n1,\n")

    cells = dict.fromkeys(SCORES, "")
    assert rows(written) == [{"id": "1", "text": "", **cells, "unscored_reason": "empty"}]


def test_a_line_says_what_was_scored_what_was_not_and_by_which_model() -> None:
    german = b"Guten Tag, die Ware ist noch immer nicht angekommen und ich warte"

    _, _, said = run("-", stdin=b"text\ngreat\n\n\n" + b'"' + german + b'"\n')

    assert said.startswith("1 texts scored, 3 unscored (2 empty, 1 not English: de), ")
    assert said.endswith(f" texts/s, {MODEL_VERSION}; for their accuracy see docs/model_card.md\n")


@pytest.mark.parametrize(
    ("stdin", "first"),
    [
        (b"text\nhello there\n", b"text,valence,"),
        (b'\n {"text": "hello there"}\n', b' {"text": "hello there", "valence": '),
        (b"id;text\n1;a, b\n", b"id;text;valence;"),
        (b"id\ttext\n1\ta, b\n", b"id\ttext\tvalence\t"),
    ],
)
def test_standard_input_is_known_by_how_it_begins(stdin: bytes, first: bytes) -> None:
    code, written, said = run("-", stdin=stdin)

    assert written.startswith(first)
    assert (code, said[:17]) == (0, "1 texts scored, 0")


def test_a_format_that_is_named_is_believed() -> None:
    code, written, _ = run("-", "--format", "csv", stdin=b'{"text"\nhello there\n')

    assert (code, written[:16]) == (0, b'{"text",valence,')


def test_the_only_column_holds_the_texts_and_a_named_one_goes_first() -> None:
    _, only, _ = run("-", stdin=b"review\nI love it\n")
    _, named, _ = run("-", "--column", "b", stdin=b"text,b\nI love it,\n")

    assert rows(only)[0]["unscored_reason"] == ""
    assert rows(named)[0]["unscored_reason"] == "empty"


def test_rows_keep_their_order_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_file, "_ROWS", 3)
    said = [f"{n} times {word}" for n in range(5) for word in ("good", "bad")]

    _, written, _ = run("-", stdin="\n".join(["text", *said]).encode())

    found = rows(written)
    assert [row["text"] for row in found] == said
    assert [float(row["valence"]) for row in found] == score(said)["valence"].tolist()


ERRORS = {
    b"text,b\n%s,1,2\n": "line 2 has 3 fields and the header 2: ",
    b'text,b\n1,"\n"\n%s\n': "line 4 has 1 fields and the header 2: ",
    b'text,b\n"%s,1\n3,4\n': "line 2 begins a row that is not CSV: ",
    b'text,b\n"a" %s,1\n': "line 2 begins a row that is not CSV: ",
    b"text\nfine\n%s \xff\n": "line 3 is not UTF-8: ",
    b'{"text": "fine"}\n\n{"text": %s}\n': "line 3 is not a JSON object: ",
    b'{"text": "%s", "n": NaN}\n': "line 1 is not a JSON object: ",
    b'{"text": ["%s"]}\n': "line 1: 'text' must hold text",
    b'{"text": ""}\n{"joy": "%s"}\n': "line 2 has columns that scoring would add: joy.",
    b'["%s"]\n': "the input begins with [",
    b"": "the input is empty: its first line must name the columns",
    b"text,joy,valence\n%s,,\n": "the input has columns that scoring would add: joy, valence.",
    b"text,text\n%s,\n": "2 columns are named 'text'",
    b"id,review\n1,%s\n": "there is no column 'text': name the texts' column with --column;"
    " there are: id, review\n",
    b'{"id": 1, "review": "%s"}\n': "there is no column 'text': name the texts' column with"
    " --column; there are: id, review\n",
    b"%s@example.org,I am angry\n": "there is no column 'text', and the first line does not look",
}


@pytest.mark.parametrize(("stdin", "reason"), ERRORS.items())
def test_an_error_names_the_place_and_never_the_content(stdin: bytes, reason: str) -> None:
    code, written, said = run("-", stdin=stdin.replace(b"%s", SECRET.encode()))

    assert code == 2
    assert said.startswith(f"kindred: {reason}")
    assert said.count("\n") == 1
    assert SECRET.encode() not in said.encode() + written


def test_a_line_too_long_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kindred.cli.text_files.LONGEST", 20)

    code, _, said = run("-", stdin=b"text\n" + SECRET.encode() * 9)

    assert code == 2
    assert said.startswith("kindred: line 2 is longer than ")
    assert SECRET not in said


def test_a_result_goes_into_a_file(tmp_path: Path) -> None:
    said = file(tmp_path, "said.csv", b"text\ngreat\n")

    code, written, _ = run(said, "--output", tmp_path / "scored.csv")

    assert (code, written) == (0, b"")
    assert (tmp_path / "scored.csv").read_bytes() == run(said)[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["said.csv", "scored.csv"]


def test_a_run_that_breaks_leaves_no_half_file_and_keeps_the_one_before(tmp_path: Path) -> None:
    broken = file(tmp_path, "broken.csv", b"text,b\nfine,1\nnot,1,2\n")
    before = file(tmp_path, "scored.csv", b"before")

    code, _, _ = run(broken, "--output", before)

    assert (code, before.read_bytes()) == (2, b"before")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.csv", "scored.csv"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("said.csv", "the result would overwrite the input: "),
        ("link.csv", "the result would overwrite the input: "),
        (".", "{path} is not a file: "),
        ("scored.jsonl", "the result is csv, like the input: "),
        ("nowhere/scored.csv", "{path} cannot be written: No such file or directory"),
    ],
)
def test_an_output_that_cannot_be_is_refused(tmp_path: Path, output: str, reason: str) -> None:
    said = file(tmp_path, "said.csv", b"text\ngreat\n")
    (tmp_path / "link.csv").symlink_to(said)
    path = tmp_path / output

    code, _, told = run(said, "--output", path)

    assert (code, said.read_bytes()) == (2, b"text\ngreat\n")
    assert told.startswith(f"kindred: {reason.format(path=path)}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, _, said = run(tmp_path / "none.csv")

    assert (code, said) == (
        2,
        f"kindred: {tmp_path / 'none.csv'} cannot be read: No such file or directory\n",
    )


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    said = file(tmp_path, "said.csv", b"text\n" + b"great\n" * 5_000)
    command = [sys.executable, "-c", "from kindred.cli import app; app()", "score", str(said)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as scoring:
        assert scoring.stdout is not None
        assert scoring.stderr is not None
        assert scoring.stdout.readline().startswith(b"text,valence,")
        scoring.stdout.close()
        assert scoring.stderr.read() == b""


CELLS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)


@given(st.lists(CELLS), st.sampled_from(["\n", "\r\n"]), st.sampled_from(",;\t"))
def test_any_cell_comes_back_as_it_was(table: list[list[str]], end: str, separator: str) -> None:
    typed = io.StringIO()
    writer = csv.writer(typed, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["text", "b"], *table])

    read = Csv(Lines(io.BytesIO(typed.getvalue().encode())), None)
    lines = [(row.text, read.scored(row, UNSCORED, "empty")) for row in read]

    again = csv.reader(
        io.StringIO("".join(line for _, line in lines), newline=""), delimiter=separator
    )
    assert [text for text, _ in lines] == [cells[0] for cells in table]
    assert [cells[:2] for cells in again] == table
