"""The walkthroughs of CONTRIBUTING.md as steps: what is to be written where.

A fenced block says in its first line where it goes, after its language:

    python PATH                 the whole of a new file
    python PATH before TEXT     above the line that begins with TEXT
    yaml PATH after TEXT        below the line that begins with TEXT
    python PATH last in NAME    above the line that closes the literal NAME, with a comma
    csv PATH at the end         below the last line
    sh PATH                     a command that writes PATH

Markdown does not show that line, and the sentence above the block says the same in words.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^```(?P<language>\w+) (?P<path>[\w./-]+)(?: (?P<place>.+))?\n(?P<block>(?:.*\n)*?)```$", re.M
)


@dataclass(frozen=True)
class Step:
    """A block, the file that it goes into and its place there (empty for a new file)."""

    language: str
    path: str
    place: str
    block: str

    def lines(self) -> list[str]:
        """Return the block's lines: an entry's with its comma, a definition's with its distance."""
        if self.place.startswith("last in"):
            return (self.block.rstrip(",\n") + ",").splitlines()
        lines = self.block.splitlines()
        is_definition = self.place.startswith(("before def ", "before class "))
        return [*lines, "", ""] if is_definition else lines


def steps(text: str, heading: str) -> list[Step]:
    """Return the steps of the section that begins with `## heading`."""
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [Step(**found.groupdict("")) for found in _FENCE.finditer(section)]


def follow(walkthrough: Iterable[Step], root: Path) -> None:
    """Take the steps in a copy of the repository.

    Raises:
        ValueError: a step's place is not in its file, or a new file is there already.
    """
    for step in walkthrough:
        path = root / step.path
        if step.language == "sh":
            subprocess.run(["sh", "-euc", step.block], cwd=root, check=True)  # noqa: S603, S607 -- as CONTRIBUTING has it
        elif step.place:
            lines = path.read_text(encoding="utf-8").splitlines()
            at = _position(step, lines)
            lines[at:at] = step.lines()
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        elif path.exists():
            raise ValueError(f"{step.path} is there already")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.block, encoding="utf-8")


def _position(step: Step, lines: list[str]) -> int:
    """Return the number of lines that come before the block."""
    how, _, text = step.place.partition(" ")
    match how:
        case "before":
            return _first(step, lines, lambda line: line.lstrip().startswith(text))
        case "after":
            return _first(step, lines, lambda line: line.lstrip().startswith(text)) + 1
        case "last":
            name = text.removeprefix("in ")
            begins = _first(step, lines, lambda line: re.match(rf"{name}\b", line) is not None)
            return begins + _first(step, lines[begins:], lambda line: line[:1] in tuple(")]}"))
        case "at":
            return len(lines)
    raise ValueError(f"{step.path}: {step.place!r} is no place")


def _first(step: Step, lines: list[str], is_it: Callable[[str], bool]) -> int:
    for at, line in enumerate(lines):
        if is_it(line):
            return at
    raise ValueError(f"{step.path} has no place {step.place!r}")
