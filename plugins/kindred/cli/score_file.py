"""Score the texts of a file chunk by chunk, so that memory does not grow with the file."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from kindred.cli import text_files
from kindred.cli.text_files import Lines
from kindred.cli.text_tables import Csv, JsonLines, Table, TextRow
from kindred.errors import InputError
from kindred.text_emotions import MODEL_VERSION, SCORES, score

FORMATS: dict[str, Callable[[Lines, str | None], Table]] = {"csv": Csv, "jsonl": JsonLines}
SUFFIXES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_ROWS, _CHARACTERS = 2_000, 4_000_000  # of a chunk, whichever is reached first
_REASONS_NAMED = 5


@dataclass
class Count:
    """Counts of what has been read since the start."""

    texts: int = 0
    unscored: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        unscored = self.unscored.total()
        often = self.unscored.most_common(_REASONS_NAMED)
        named = [f"{texts:,} {reason}" for reason, texts in often]
        if len(self.unscored) > len(often):
            named.append(f"{unscored - sum(texts for _, texts in often):,} others")
        reasons = f" ({', '.join(named)})" if named else ""
        pace = self.texts / max(time.monotonic() - self.began, 1e-9)
        return (
            f"{self.texts - unscored:,} texts scored, {unscored:,} unscored{reasons},"
            f" {pace:,.0f} texts/s, {MODEL_VERSION};"
            " for their accuracy see docs/model_card.md"
        )


def score_file(name: str, column: str | None, form: str | None, output: Path | None) -> str:
    """Copy a file with the scores appended to each row; return a summary in one line.

    Raises:
        InputError: The input is malformed. The message names lines and columns, never values.
    """
    with text_files.opened(name) as source:
        text_files.refuse_overwriting(source, output)
        lines = Lines(source)
        form = form or SUFFIXES.get(Path(name).suffix.lower()) or _sniffed(lines)
        if output and SUFFIXES.get(output.suffix.lower(), form) != form:
            raise InputError(f"the result is {form}, like the input: name --output accordingly")
        table = FORMATS[form](lines, column)
        found = text_files.file_status(source)
        size = found.st_size if found and text_files.is_file(found) else None
        count = Count()
        # Rows printed on the terminal show enough progress.
        is_seen = output is not None or not sys.stdout.isatty()
        with text_files.written(output) as target, _shown(size, is_seen=is_seen) as show:
            target.write(table.head.encode())
            for chunk in _chunks(table):
                target.write(_scored(table, chunk, count).encode())
                target.flush()
                show(lines.read, count.texts)
    return str(count)


def _sniffed(lines: Lines) -> str:
    """Return the format that the first non-blank character indicates."""
    first = lines.peek().lstrip()[:1]
    if first == "[":
        raise InputError(
            "the input begins with [ like a JSON list, but JSON lines have one object per line"
            " (jq -c '.[]' makes them). If it is CSV, use --format csv"
        )
    return "jsonl" if first == "{" else "csv"


def _chunks(table: Table) -> Iterator[list[TextRow]]:
    chunk: list[TextRow] = []
    characters = 0
    for row in table:
        chunk.append(row)
        characters += len(row.kept)
        if len(chunk) == _ROWS or characters > _CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _scored(table: Table, chunk: list[TextRow], count: Count) -> str:
    frame = score([row.text for row in chunk])
    numbers = frame[list(SCORES)].to_numpy().tolist()
    reasons = frame["unscored_reason"].tolist()
    count.texts += len(chunk)
    count.unscored.update(filter(None, reasons))
    return "".join(map(table.scored, chunk, numbers, reasons))


@contextmanager
def _shown(size: int | None, *, is_seen: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows bytes read and texts scored, on a terminal only."""
    console = Console(stderr=True)
    if not (is_seen and console.is_terminal):
        yield lambda *_: None
        return
    columns = (
        TextColumn("{task.fields[texts]:,} texts"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=size, texts=0)
        yield lambda read, texts: progress.update(task, completed=read, texts=texts)
