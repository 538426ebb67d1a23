"""Rows as a Markdown table, for the model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table whose columns of figures are aligned right."""
    cells = [[str(cell) for cell in row] for row in rows]
    marks = ["---:" if _is_figures(column) else "---" for column in zip(*cells, strict=True)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (header, marks, *cells))


def _is_figures(column: Sequence[str]) -> bool:
    return all(cell == "" or cell.lstrip("+-")[0].isdigit() for cell in column)
