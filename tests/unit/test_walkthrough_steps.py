"""A block of a walkthrough goes where its first line says, or says that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.walkthroughs import Step, follow, steps

SECTION = """# Contributing

## A new thing

```python things.py last in THINGS
    "new",
```

```yaml
not: a step
```

## Another

```python others.py
x = 1
```
"""
LISTED = 'A = 1\n\nTHINGS = (\n    "old",\n)\n\nB = (\n)\n'


def test_a_section_s_steps_are_its_blocks_that_name_a_file() -> None:
    found = steps(SECTION, "A new thing")
    assert found == [Step("python", "things.py", "last in THINGS", '    "new",\n')]
    assert [step.path for step in steps(SECTION, "Another")] == ["others.py"]


@pytest.mark.parametrize(
    ("place", "line"),
    [("last in THINGS", 4), ("before THINGS", 2), ("after A = 1", 1), ("at the end", 8)],
)
def test_a_block_goes_to_its_place(tmp_path: Path, place: str, line: int) -> None:
    (tmp_path / "things.py").write_text(LISTED, encoding="utf-8")
    follow([Step("python", "things.py", place, "NEW\n")], tmp_path)
    wanted = LISTED.splitlines()
    wanted.insert(line, "NEW," if place == "last in THINGS" else "NEW")
    assert (tmp_path / "things.py").read_text(encoding="utf-8").splitlines() == wanted


def test_a_place_that_is_not_there_is_an_error_and_so_is_a_new_file_that_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "things.py").write_text(LISTED, encoding="utf-8")
    with pytest.raises(ValueError, match=r"things\.py has no place 'after C'"):
        follow([Step("python", "things.py", "after C", "NEW\n")], tmp_path)
    with pytest.raises(ValueError, match=r"things\.py is there already"):
        follow([Step("python", "things.py", "", "NEW\n")], tmp_path)
    with pytest.raises(ValueError, match="is no place"):
        follow([Step("python", "things.py", "somewhere", "NEW\n")], tmp_path)
