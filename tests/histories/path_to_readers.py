"""Paths that go on to the marts: at the end readers see what a clean run would show them."""

from __future__ import annotations

import random

from hypothesis.stateful import precondition, rule

from kindred.pipeline import refresh
from kindred.pipeline.environment import Run
from kindred.sources import SOURCES
from tests.histories import marts
from tests.histories.any_path import AnyPath
from tests.histories.happenings import story
from tests.histories.nights import Nights

PREHISTORY = 60  # days that every path has behind it before its first night
MOST_BUILDS = 4  # a path, the last one not counted: each takes seconds


class PathToReaders(AnyPath):
    """Builds of what changed and of everything between the nights, and some that never end."""

    builds = 0

    def __init__(self) -> None:
        super().__init__()
        pick = random.Random(7).choice  # noqa: S311 -- a story, no secret
        for _ in range(PREHISTORY):
            self.live(story(self.vendors, pick, 2))
            self.vendors.until(self.nights.midnight())

    @precondition(lambda self: self._can_build())
    @rule()
    def refresh(self) -> None:
        self._bring()

    @precondition(lambda self: self._can_build())
    @rule()
    def full_refresh(self) -> None:
        self._bring(is_full=True)

    @precondition(lambda self: self._can_build())
    @rule()
    def refresh_dies_after_its_claim(self) -> None:
        refresh.score(self.name("refresh"), self.nights, 60.0)

    @precondition(lambda self: self._can_build())
    @rule()
    def refresh_dies_before_its_publication(self) -> None:
        run_id = self.name("refresh")
        if refresh.score(run_id, self.nights, 60.0):
            self.builds += 1
            refresh.build(run_id, self.nights)
            marts.let_pass(self.nights, run_id)

    def close(self) -> None:
        """Bring the last night to the readers, and hold their marts against a clean run's."""
        super().close()
        self._bring()
        found = marts.contents(self.warehouse.dsn)
        had = self.conn.execute("select * from ops.addresses").fetchall()
        self.warehouse.empty()
        clean = Nights(self.warehouse.dsn, self.vendors, target=self.target)
        run = Run("clean", clean.day_before(self.vendors.now))
        for source in SOURCES:
            clean.ingest(source, run)
        # What contacts had before, only nights that looked then can know.
        self.conn.cursor().executemany(
            "insert into ops.addresses values (%s, %s, %s, %s) on conflict do nothing", had
        )
        marts.bring(clean, "clean")
        true = marts.contents(self.warehouse.dsn)
        assert found.keys() == true.keys() != set()
        assert [mart for mart in true if found[mart] != true[mart]] == []

    def _can_build(self) -> bool:
        """Say whether each source has been published, and a build is left."""
        published = self.conn.execute("select count(*) from ops.cursors").fetchone()
        return self.builds < MOST_BUILDS and published == (9,)

    def _bring(self, *, is_full: bool = False) -> None:
        self.builds += bool(marts.bring(self.nights, self.name("refresh"), is_full=is_full))
