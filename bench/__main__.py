"""List the measurements, or run one: `make bench ARGS="first_result --customers 5000"`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def main() -> None:
    names = sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if m.name != "__main__")
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        for name in names:
            doc = (importlib.import_module(f"bench.{name}").__doc__ or "").strip()
            print(f"  {name:<14}  {doc.splitlines()[0]}")  # noqa: T201 -- it is a command
        raise SystemExit(0 if len(sys.argv) < 2 else f"there is no measurement {sys.argv[1]!r}")
    importlib.import_module(f"bench.{sys.argv[1]}").main(sys.argv[2:])


if __name__ == "__main__":
    main()
