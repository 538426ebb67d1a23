"""The size of the repository: files on the way to a mart, names used twice, words to learn.

    python -m bench house                     # this checkout
    python -m bench house --against ad0f9dc   # beside another one, as git has it

Everything is read from the files: neither the pipeline nor dbt is started.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kindred.embedded.home import REPOSITORY

Figures = dict[str, int]

WAYS_IN = ("dags/ingest_crm.py", "dags/refresh_marts.py")
MART = "customer_segments"
# What a page does not pass: the command line, and the services of the one-machine run.
AROUND = ("kindred.cli", "kindred.embedded")
LAYERS = ("staging", "entities", "intermediate", "marts")
VENDOR = re.compile("salesforce|genesys|mastodon", re.IGNORECASE)
PRODUCT = ("dags", "plugins", "dbt_project", "expectations", "sandbox", "docker-compose.yml")
TESTS = ("tests", "harness", "bench")
WRITTEN = {".py", ".sql", ".yml", ".csv", ".toml"}
# A dependency that dbt is given without a read is no way that a reader goes.
DECLARED = re.compile(r"^-- depends_on:.*$", re.MULTILINE)
REF = re.compile(r"\bref\(\s*'(\w+)'\s*\)")
ENTITY = re.compile(r"name: (stg_\w+)\n(?:(?!- name:).)*?entity: (\w+)", re.DOTALL)
WORD_TABLE = re.compile(r"^\| word \|.*\n\|-.*\n((?:\|.*\n)+)", re.MULTILINE)
PATH = re.compile(r"(?:dags|dbt_project|expectations|plugins|sandbox|tests)/[\w./-]+\.\w+")


def main(arguments: Sequence[str]) -> None:
    """Print the figures of this checkout, and of another beside them."""
    parser = argparse.ArgumentParser(prog="bench house", description=__doc__)
    parser.add_argument("--against", metavar="REF", help="a commit to set beside this checkout")
    options = parser.parse_args(arguments)
    columns = {"now": figures(REPOSITORY)}
    if options.against:
        with tempfile.TemporaryDirectory() as folder:
            check_out(options.against, Path(folder))
            columns = {options.against: figures(Path(folder)), **columns}
    sys.stdout.write("\n".join(table(columns)) + "\n")


def check_out(ref: str, folder: Path) -> None:
    """Write the files of a commit into a folder; the repository is not touched."""
    command = ["git", "archive", "--format=tar", ref]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)  # noqa: S603 -- git itself
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def table(columns: dict[str, Figures]) -> Iterator[str]:
    """Yield a line for each figure that one of the columns has."""
    yield f"{'':<44}" + "".join(f"{name:>12}" for name in columns)
    for name in dict.fromkeys(name for found in columns.values() for name in found):
        yield f"{name:<44}" + "".join(f"{found.get(name, 0):>12,}" for found in columns.values())


def figures(root: Path) -> Figures:
    """Return every figure of a checkout."""
    paths = (root / "plugins" / "kindred").rglob("*.py")
    modules = [path for path in paths if path.name != "__init__.py"]
    bodies = [node for path in modules for node in ast.parse(path.read_text("utf-8")).body]
    classes = [node.name for node in bodies if isinstance(node, ast.ClassDef)]
    readme = (root / "README.md").read_text("utf-8")
    return {
        f"Python files on the way to {MART}": len(python_files(root)),
        f"SQL models on the way to {MART}": len(above(models(root), MART)),
        "models in the longest chain": longest_chain(models(root)),
        **models_by_layer(root),
        "models in the fullest folder": fullest_folder(root),
        "shared files that name a vendor: product": len(naming_a_vendor(root, PRODUCT)),
        "shared files that name a vendor: tests": len(naming_a_vendor(root, TESTS)),
        "module names used twice": repeated([path.stem for path in modules]),
        "class names used twice": repeated(classes),
        **_packages(root),
        "words in the glossary": len(words(root)),
        "files that a new load's walkthrough names": len(walked(root, "## A new load")),
        "lines of the README": len(readme.splitlines()),
    }


def python_files(root: Path) -> set[str]:
    """Return the modules of `kindred` that an ingest and a refresh import, by any number of hops.

    A module that only names its package's content (an empty `__init__`) is not counted.
    """
    paths = {
        ".".join(path.relative_to(root / "plugins").with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in (root / "plugins").rglob("*.py")
    }
    todo = [name for way in WAYS_IN for name in _imported(root / way, "dags")]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in paths and name not in seen and not name.startswith(AROUND):
            seen.add(name)
            package = name if paths[name].name == "__init__.py" else name.rpartition(".")[0]
            todo += [*_imported(paths[name], package), name.rpartition(".")[0]]
    return {name for name in seen if len(ast.parse(paths[name].read_text("utf-8")).body) > 1}


def _imported(path: Path, package: str) -> Iterator[str]:
    """Yield the modules that a file imports, and what it takes from them, as names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = parents[: len(parents) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def models(root: Path) -> dict[str, set[str]]:
    """Return what each model reads; an entity reads the staging models that declare it."""
    project = root / "dbt_project"
    files = {path.stem: path for layer in LAYERS for path in (project / layer).rglob("*.sql")}
    reads = {
        name: set(REF.findall(DECLARED.sub("", path.read_text("utf-8")))) & files.keys()
        for name, path in files.items()
    }
    for document in (project / "staging").rglob("*.yml"):
        for staging, entity in ENTITY.findall(document.read_text("utf-8")):
            if entity in reads:
                reads[entity].add(staging)
    return reads


def above(reads: dict[str, set[str]], model: str) -> set[str]:
    """Return a model with all that it is made from."""
    found, todo = set[str](), [model]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += reads[name]
    return found


def longest_chain(reads: dict[str, set[str]]) -> int:
    """Return how many models the longest way from a first to a last passes."""
    lengths: dict[str, int] = {}

    def length(name: str) -> int:
        if name not in lengths:
            lengths[name] = 1 + max((length(parent) for parent in reads[name]), default=0)
        return lengths[name]

    return max(length(name) for name in reads)


def models_by_layer(root: Path) -> Figures:
    """Return the number of models in each layer."""
    project = root / "dbt_project"
    return {f"models: {layer}": len([*(project / layer).rglob("*.sql")]) for layer in LAYERS}


def fullest_folder(root: Path) -> int:
    """Return how many models the folder of dbt with the most models holds."""
    return max(Counter(path.parent for path in (root / "dbt_project").rglob("*.sql")).values())


def naming_a_vendor(root: Path, rooms: Sequence[str]) -> set[str]:
    """Return the files that name a vendor in their text and not in their path."""
    paths = [path for room in rooms for path in [root / room, *(root / room).rglob("*")]]
    return {
        str(path.relative_to(root))
        for path in paths
        if path.is_file()
        and path.suffix in WRITTEN
        and not {"target", "dbt_packages"} & set(path.parts)
        and not VENDOR.search(str(path.relative_to(root)))
        and VENDOR.search(path.read_text("utf-8"))
    }


def repeated(names: list[str]) -> int:
    """Return how many names occur more than once."""
    return sum(times > 1 for times in Counter(names).values())


def words(root: Path) -> set[str]:
    """Return the words that the documents explain in a table of words."""
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    return {
        word
        for page in pages
        for table in WORD_TABLE.findall(page.read_text("utf-8"))
        for word in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    }


def walked(root: Path, heading: str) -> set[str]:
    """Return the files that a section of CONTRIBUTING names, to write or to read."""
    text = (root / "CONTRIBUTING.md").read_text("utf-8")
    section = text.partition(f"{heading}\n")[2].partition("\n## ")[0]
    return set(PATH.findall(section))


def _packages(root: Path) -> Figures:
    """Return the modules and the lines of each package, without what is empty."""
    kindred = root / "plugins" / "kindred"
    rooms = [path for path in sorted(kindred.iterdir()) if (path / "__init__.py").exists()]
    rooms += [root / name for name in ("dags", "sandbox", "training", *TESTS)]
    found: Figures = {}
    for room in filter(Path.is_dir, rooms):
        sizes = [len(path.read_text("utf-8").splitlines()) for path in room.rglob("*.py")]
        found[f"{room.name}: modules"] = sum(size > 0 for size in sizes)
        found[f"{room.name}: lines"] = sum(sizes)
    return found
