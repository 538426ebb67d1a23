"""Every way that nights can go, as rules of a state machine: a failing example is a story."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from kindred.errors import SupersededError
from kindred.landing.batch_writer import BatchWriter
from kindred.loads import Page, Window
from kindred.pipeline.environment import Run
from kindred.pipeline.ingest import NotLanded
from kindred.publishing import publish_batches
from kindred.sources import LOADS, SOURCES, source_of
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect
from tests.histories.happenings import Event, stories
from tests.histories.journey import Journey
from tests.histories.nights import DAY, Cut, Killed

Day = list[Event]


DAYS = st.runner().flatmap(lambda path: stories(path.vendors))
PAST = st.runner().flatmap(lambda path: st.sampled_from(path.done))
HELD = st.runner().flatmap(lambda path: st.sampled_from(range(len(path.still_held()))))
SOURCE = st.sampled_from(list(SOURCES))


class AnyPath(Journey):
    """Nights, outages, reruns, backfills, held batches, dying tasks and late writers."""

    @rule(hours=st.sampled_from([5, 11]))
    def hours_pass(self, hours: int) -> None:
        self.vendors.until(min(self.vendors.now + timedelta(hours=hours), self.nights.midnight()))

    @rule(day=DAYS, nights=st.sampled_from([1, 3, 12]))
    def outage(self, day: Day, nights: int) -> None:
        self.publish_pending()
        self.live(day)
        self.vendors.until(self.nights.midnight(nights))

    @rule(day=DAYS)
    def night(self, day: Day) -> None:
        run = self.next_night(day)
        for source in SOURCES:
            self.ingest(source, run)
        self.publish_pending()

    @rule(day=DAYS, source=SOURCE)
    def night_without(self, day: Day, source: str) -> None:
        run = self.next_night(day)
        for other in SOURCES:
            if other != source:
                self.ingest(other, run)
        self.publish_pending()

    @rule(
        day=DAYS,
        source=SOURCE,
        answers=st.integers(0, 6),
        end=st.sampled_from([Killed, Cut]),
        is_retried=st.booleans(),
    )
    def landing_dies(
        self,
        day: Day,
        source: str,
        answers: int,
        end: type[BaseException],
        is_retried: bool,
    ) -> None:
        run = self.next_night(day)
        try:
            self.nights.land(source, run, answers, end())
        except (Killed, NotLanded):
            if is_retried:
                self.nights.land(source, Run(run.run_id, run.interval, is_retry=True))
        self.nights.check(source, run)
        self.publish(source, run)

    @rule(day=DAYS, source=SOURCE, published=st.integers(0, 2))
    def publication_dies(self, day: Day, source: str, published: int) -> None:
        run = self.next_night(day)
        self.nights.land(source, run)
        self.nights.check(source, run)
        first = self.nights.batches(source, run, "passed")[:published]
        with connect(self.warehouse.dsn("loader")) as conn, self.watched():
            publish_batches(conn, first, LOADS)

    @rule(day=DAYS, source=SOURCE)
    def database_crashes_before_the_gate(self, day: Day, source: str) -> None:
        run = self.next_night(day)
        self.nights.land(source, run)
        for load in LOADS:
            self.conn.execute(f"truncate landing.{load}")
        self.pending.clear()  # what waited there is lost with it
        self.nights.check(source, run, "real")
        self.publish(source, run)

    @precondition(lambda self: self.done)
    @rule(source=SOURCE, night=PAST)
    def rerun(self, source: str, night: Run) -> None:
        self.ingest(source, Run(night.run_id, night.interval, is_retry=True))

    @precondition(lambda self: self.done)
    @rule(source=SOURCE, night=PAST)
    def another_run_lands(self, source: str, night: Run) -> None:
        """Another run of a day, that is published after the next night or after an outage."""
        run = Run(self.name("manual"), night.interval)
        self.nights.land(source, run)
        self.nights.check(source, run)
        self.pending.append((source, run))

    @rule(
        source=SOURCE,
        length=st.sampled_from([1, 2, 4, 12]),
        ago=st.sampled_from([0, 1, 3, 8]),
        shape=st.sampled_from(["days", "days backwards", "one range"]),
    )
    def backfill(self, source: str, length: int, ago: int, shape: str) -> None:
        end = self.nights.midnight(-1 - ago)
        windows = [self.nights.day_before(end - n * DAY) for n in range(length)]
        if shape == "one range":
            windows = [Window(windows[-1].start, end)]
        for window in windows if shape == "days backwards" else reversed(windows):
            self.ingest(source, Run(self.name("backfill"), window, is_backfill=True))

    @rule(source=SOURCE)
    def full_backfill(self, source: str) -> None:
        window = Window(self.nights.begins, self.nights.midnight(-1))
        self.ingest(source, Run(self.name("backfill"), window, is_backfill=True))

    @rule(day=DAYS, source=SOURCE)
    def night_is_held(self, day: Day, source: str) -> None:
        run = self.next_night(day)
        self.nights.land(source, run)
        self.nights.check(source, run, "hold")
        found = self.nights.batches(source, run, "held")
        self.held += [(source, batch, self.vendors.now) for batch in found]

    @precondition(lambda self: self.still_held())
    @rule(which=HELD)
    def release(self, which: int) -> None:
        source, batch = self.still_held()[which]
        with self.watched():
            self.nights.release(source, batch)

    @precondition(lambda self: self.still_held())
    @rule(which=HELD)
    def replace(self, which: int) -> None:
        source, batch = self.still_held()[which]
        with self.watched():
            self.nights.replace(source, batch, self.name("replace"))

    @rule(day=DAYS, load=st.sampled_from(list(LOADS)))
    def an_old_attempt_writes_on(self, day: Day, load: str) -> None:
        """It had opened its batch when a retry took over, and goes on once that is published."""
        source = source_of(load)
        run = self.next_night(day)
        with connect(self.warehouse.dsn("loader")) as conn:
            window = ledger.plan_window(conn, LOADS[load], run.interval, self.nights.begins)
            old = BatchWriter(conn, LOADS[load], window, run.run_id, self.vendors.now)
            conn.commit()
            (batch,) = self.nights.batches(source, run, "landing")
            self.ingest(source, Run(run.run_id, run.interval, is_retry=True))
            old.write_page(Page(load, []))
            old.close()
            assert isinstance(old.error, SupersededError)
            with pytest.raises(SupersededError):
                publish_batches(conn, [batch], LOADS)
