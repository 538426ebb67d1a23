"""The figures over all runs, and docs/truth.md from them.

`docs/truth.json` holds what the tables show. Only what is between the markers of `docs/truth.md`
is written: the answer at the top, and the figures. The words around them are people's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, stdev

import msgspec

from bench.truth.assertions import ASSERTIONS, Finding
from bench.truth.assertions.registry import Kind
from bench.truth.intervals import wilson
from bench.truth.work import Done
from kindred.embedded.home import REPOSITORY

JSON = REPOSITORY / "docs" / "truth.json"
PAGE = REPOSITORY / "docs" / "truth.md"
LEAST, MOST = 0.90, 0.99  # what the coverage of an interval of 95 % is to lie between
MISSES = "misses"
PARTS = ("answer", "figures")


class Row(msgspec.Struct):
    """One assertion's part in one scenario, over the seeds that have it."""

    assertion: str
    kind: Kind
    part: str
    runs: int
    estimate: float  # mean over the runs, as all that has no other name
    spread: float  # standard deviation of the estimates
    lowest: float
    highest: float
    floor: float | None = None
    truth: float | None = None
    half_width: float | None = None
    holds_truth: int | None = None  # runs whose interval holds their truth
    holds_mean: int | None = None  # runs whose interval holds the mean of all estimates


class Scene(msgspec.Struct):
    """One scenario."""

    name: str
    customers: int
    seeds: list[int]
    seconds: float  # a run, in the middle
    rows: list[Row]


class Figures(msgspec.Struct):
    """All of `docs/truth.json`."""

    versions: list[str]
    estimands: dict[str, str]
    scenes: list[Scene]


def figures(runs: Iterable[Done]) -> Figures:
    """Return what the runs say together; their order does not matter."""
    by_scenario: dict[str, list[Done]] = defaultdict(list)
    for done in sorted(runs, key=lambda each: (each.scenario, each.seed)):
        by_scenario[done.scenario].append(done)
    scenes = [_scene(name, found) for name, found in by_scenario.items()]
    used = {row.assertion for scene in scenes for row in scene.rows}
    estimands = {name: each.estimand for name, each in ASSERTIONS.items() if name in used}
    versions = sorted(
        {" / ".join(done.versions) for found in by_scenario.values() for done in found}
    )
    return Figures(versions, estimands, scenes)


def _scene(name: str, runs: Sequence[Done]) -> Scene:
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for assertion in ASSERTIONS:
        for done in runs:
            for finding in done.findings.get(assertion, ()):
                found[assertion, finding.part].append(finding)
    rows = [_row(*key, findings) for key, findings in found.items()]
    seconds = sorted(done.seconds for done in runs)[len(runs) // 2]
    return Scene(name, runs[0].customers, [done.seed for done in runs], seconds, rows)


def _row(assertion: str, part: str, found: Sequence[Finding]) -> Row:
    said = [each.estimate for each in found]
    mean = fmean(said)
    row = Row(
        assertion=assertion,
        kind=ASSERTIONS[assertion].kind,
        part=part,
        runs=len(found),
        estimate=_short(mean),
        spread=_short(stdev(said) if len(said) > 1 else 0.0),
        lowest=_short(min(said)),
        highest=_short(max(said)),
        floor=ASSERTIONS[assertion].floor,
    )
    sure = [
        (each.truth, each.low, each.high)
        for each in found
        if each.truth is not None and each.low is not None and each.high is not None
    ]
    if sure:
        row.truth = _short(fmean(truth for truth, _, _ in sure))
        row.half_width = _short(fmean((high - low) / 2 for _, low, high in sure))
        row.holds_truth = sum(low <= truth <= high for truth, low, high in sure)
        row.holds_mean = sum(low <= mean <= high for _, low, high in sure)
    return row


def _short(number: float) -> float:
    return round(float(number), 6)


def write(found: Figures, json: Path = JSON, page: Path = PAGE) -> None:
    """Write the figures, and the page from them."""
    text = msgspec.json.format(msgspec.json.encode(found), indent=1)
    json.write_bytes(text + b"\n")
    page.write_text(with_figures(page.read_text(encoding="utf-8"), found), encoding="utf-8")


def load(json: Path = JSON) -> Figures:
    """Read the figures."""
    return msgspec.json.decode(json.read_bytes(), type=Figures)


def with_figures(page: str, found: Figures) -> str:
    """Return the page with the answer and the figures between their markers."""
    for part, text in zip(PARTS, (answer(found), body(found)), strict=True):
        begin, end = (f"<!-- {part}: {edge} -->" for edge in ("begin", "end"))
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n\n{text}\n\n{end}{after}"
    return page


def answer(found: Figures) -> str:
    """Return in three lines how often the marts' intervals hold the truth, and where they do not.

    An assertion in a scenario counts once, with all of its parts.
    """
    verdicts: dict[str, list[str]] = {}
    nulls = {row.assertion for scene in found.scenes for row in scene.rows if row.kind == "null"}
    for name in found.estimands:
        for scene in found.scenes:
            rows = _with_interval(scene, name)
            if rows:
                held, runs = _held(rows)
                verdicts.setdefault(name, []).append(verdict(held, runs))
    real = [each for name, said in verdicts.items() if name not in nulls for each in said]
    none = [each for name, said in verdicts.items() if name in nulls for each in said]
    wrong = [name for name, said in verdicts.items() if MISSES in said]
    customers = max((scene.customers for scene in found.scenes), default=0)
    seeds = max((len(scene.seeds) for scene in found.scenes), default=0)
    missing = ", ".join(f"`{each}`" for each in wrong) or "none"
    scope = f"an assertion in a scenario of {customers:,} customers"
    return (
        f"- In {_hold(real)} figures ({scope}) the 95 % intervals hold the truth in 90 % of the"
        f" runs or more, as far as {seeds} can say.\n"
        f"- Where nothing was planted, the intervals hold that in {_hold(none)}.\n"
        f"- Too seldom in at least one scenario: {missing}. *What is biased, and why* explains it."
    )


def _hold(verdicts: Sequence[str]) -> str:
    return f"{sum(each != MISSES for each in verdicts)} of {len(verdicts)}"


def _with_interval(scene: Scene, assertion: str) -> list[Row]:
    found = (row for row in scene.rows if row.assertion == assertion)
    return [row for row in found if row.holds_truth is not None]


def _held(rows: Sequence[Row]) -> tuple[int, int]:
    """Return in how many runs the intervals held the truth, and how many runs there were."""
    return sum(row.holds_truth or 0 for row in rows), sum(row.runs for row in rows)


def body(found: Figures) -> str:
    """Return the figures as Markdown."""
    sections = [f"Method and scorer: {', '.join(f'`{each}`' for each in found.versions)}."]
    sections += ["### In short: all parts of an assertion together", _short_table(found)]
    sections += [_section(scene) for scene in found.scenes]
    lines = [f"- **{name}**: {text}" for name, text in found.estimands.items()]
    return "\n\n".join([*sections, "### What each assertion is about", "\n".join(lines)])


def _short_table(found: Figures) -> str:
    lines = [
        "| assertion | scenario | intervals | hold the truth | verdict | parts that miss"
        " | hold their own mean |",
        "| --- | --- | ---: | ---: | --- | --- | ---: |",
    ]
    for name in found.estimands:
        for scene in found.scenes:
            rows = _with_interval(scene, name)
            if rows:
                lines.append(_together(name, scene.name, rows))
    return "\n".join(lines)


def _together(name: str, scenario: str, rows: Sequence[Row]) -> str:
    truth, count = _held(rows)
    mean = sum(row.holds_mean or 0 for row in rows)
    missing = [row.part for row in rows if verdict(row.holds_truth or 0, row.runs) == MISSES]
    cells = [name, scenario, str(count), _coverage(truth, count), verdict(truth, count)]
    return f"| {' | '.join([*cells, ', '.join(missing), _coverage(mean, count)])} |"


def verdict(held: int, runs: int) -> str:
    """Return whether a nominal 95 % may be the 90 to 99 % that are asked of it."""
    _, low, high = wilson(held, runs)
    return MISSES if high < LEAST else "too wide" if low > MOST else "covers"


def _section(scene: Scene) -> str:
    seeds = scene.seeds
    scope = (
        f"Seeds {min(seeds)} to {max(seeds)}, {scene.customers:,} customers each,"
        f" {scene.seconds:.0f} s a run."
    )
    tables = [
        _table(title, [row for row in scene.rows if row.kind == kind], kind)
        for kind, title in (
            ("interval", "Intervals"),
            ("null", "No effect where there is none"),
            ("value", "Agreement and ranks"),
        )
    ]
    return "\n\n".join([f"### Scenario `{scene.name}`", scope, *filter(None, tables)])


LARGE = 3  # figures from here on (an index, a score) are shown with one digit, shares with three
HEADS = {
    "interval": "| assertion | part | runs | truth | estimate | bias | SD | half-width"
    " | holds the truth | holds its own mean |",
    "null": "| assertion | part | runs | no effect | estimate | bias | SD | half-width"
    " | holds no effect | holds its own mean |",
    "value": "| assertion | part | runs | mean | lowest | highest | to reach |",
}


def _table(title: str, rows: Sequence[Row], kind: str) -> str:
    if not rows:
        return ""
    head = HEADS[kind]
    rule = "| --- | --- |" + " ---: |" * (head.count("|") - 3)
    cells = [_value(row) if kind == "value" else _interval(row) for row in rows]
    lines = [f"| {' | '.join(each)} |" for each in cells]
    return "\n".join([f"**{title}**", "", head, rule, *lines])


def _value(row: Row) -> list[str]:
    numbers = [_number(each) for each in (row.estimate, row.lowest, row.highest)]
    floor = "" if row.floor is None else _number(row.floor)
    return [row.assertion, row.part, str(row.runs), *numbers, floor]


def _interval(row: Row) -> list[str]:
    truth, half = row.truth or 0.0, row.half_width or 0.0
    digits = 1 if max(abs(row.estimate), abs(truth), half) >= LARGE else 3
    bias = row.estimate - truth
    numbers = [_number(each, digits) for each in (truth, row.estimate)]
    numbers += [f"{bias:+.{digits}f}", _number(row.spread, digits), _number(half, digits)]
    held = [_coverage(each or 0, row.runs) for each in (row.holds_truth, row.holds_mean)]
    return [row.assertion, row.part, str(row.runs), *numbers, *held]


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}"


def _coverage(held: int, runs: int) -> str:
    """Return a share of runs with its Wilson interval, in per cent."""
    share, low, high = wilson(held, runs)
    return f"{share:.0%} ({100 * low:.0f}-{100 * high:.0f})"
