"""score, build, gate, publish: the marts of what changed, in four steps.

There is one run at a time. The next run handles what a source publishes during a refresh, so an
outage of one source needs no special case, and nothing waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from kindred import building, scoring
from kindred.errors import BuildError, GateError
from kindred.gates import Verdict, check_marts, check_scores
from kindred.pipeline.environment import PipelineEnvironment
from kindred.publishing import MartPublication, publish_marts
from kindred.sources import LOADS
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0


class MartsHeld(GateError):
    """A gate holds the build; the message names the rules, and what readers see meanwhile."""


@dataclass(frozen=True)
class RefreshOptions:
    """What a person requests of a refresh; the defaults are an ordinary night's."""

    full_refresh: bool = False
    accept_scores: str = ""


@dataclass(frozen=True)
class WaitPolicy:
    """How long to wait for running ingests, in seconds.

    Attributes:
        quiet: The longest time in which no batch is created or settled.
        longest: The longest time in all, for a long backfill.
    """

    quiet: float = 300.0
    longest: float = 3600.0


def wait(
    dsn: str, patience: WaitPolicy, are_runs_left: Callable[[], bool], poll: float = POLL_SECONDS
) -> bool:
    """Wait for running ingests, so that one build serves all; return whether all have ended.

    The wait goes on only while batches make progress, so a source that hangs delays only itself.

    Args:
        are_runs_left: Returns whether runs of ingests, also a backfill's, have yet to end.
    """
    began = moved = time.monotonic()
    before: list[int] = []
    with connect(dsn) as conn:
        while time.monotonic() - began < patience.longest:
            under_way, *state = _ingests(conn)
            if not under_way and not are_runs_left():
                return True
            if state != before:
                before, moved = state, time.monotonic()
            if time.monotonic() - moved >= patience.quiet:
                break
            time.sleep(poll)
    log.warning("not waiting any longer for the running ingests")
    return False


def _ingests(conn: psycopg.Connection) -> tuple[int, int, int]:
    """Return the number of unfinished batches, the newest batch's id, the number of settled."""
    row = conn.execute(
        """
        select
            count(*) filter (
                where status in ('landing', 'landed', 'passed')
                and started_at > now() - interval '30 minutes'
            ),
            coalesce(max(batch_id), 0),
            count(*) filter (where status in ('published', 'held', 'superseded', 'skipped'))
        from ops.loads
        """
    ).fetchone()
    assert row is not None  # noqa: S101 -- an aggregate has one row
    return row


def score(
    run_id: str, where: PipelineEnvironment, seconds: float, wish: RefreshOptions = RefreshOptions()
) -> bool:
    """Claim the changes, score the texts of consenting customers, and gate the scores.

    The claim comes first: what is published later, texts included, belongs to the next refresh.

    Args:
        seconds: How long the night may spend on texts that a new model has not read.

    Returns:
        Whether there is anything to build.

    Raises:
        BuildError: The customers who consent could not be determined.
        MartsHeld: The gate of the scores failed.
        WaitingError: The changes cannot be built before a further night.
    """
    dsn, version = where.warehouse("transformer"), scoring.INSTALLED.version
    with connect(dsn) as conn:
        claimed = building.claim(
            conn,
            run_id,
            full_refresh=wish.full_refresh,
            is_model_due=scoring.is_another_model_due(conn, version),
        )
    if claimed is None:
        return False
    log.info("%s", claimed)
    with connect(dsn) as conn:
        building.build_consents(conn, claimed, where.project, where.target, say=log.info)
    with connect(where.warehouse("loader")) as conn:
        ledger.join_attempt(conn, claimed.attempt)
        choice = scoring.score_texts(conn, LOADS.values(), claimed.build_id, seconds, say=log.info)
    (log.info if choice.is_installed else log.warning)("%s", choice)
    verdict = check_scores(
        dsn, claimed.build_id, is_used=choice.is_installed, accepted=wish.accept_scores
    )
    _refuse_held(dsn, [verdict])
    with connect(dsn) as conn:
        scoring.record_selection(conn, claimed.build_id, choice)
    return True


def build(run_id: str, where: PipelineEnvironment) -> list[building.DbtNode]:
    """Run dbt and the estimates on the claimed changes; return the result of each node.

    Raises:
        BuildError: A node failed.
        SupersededError: A newer build or a newer attempt has taken over.
    """
    dsn = where.warehouse("transformer")
    with connect(dsn) as conn:
        claimed = building.resume(conn, _build_of(dsn, run_id))
        return building.build(conn, claimed, where.project, where.target, say=log.info)


def gate(run_id: str, where: PipelineEnvironment) -> list[Verdict]:
    """Check the built marts against their suites.

    Raises:
        MartsHeld: At least one suite failed; the published marts stay.
    """
    dsn = where.warehouse("transformer")
    verdicts = check_marts(dsn, _build_of(dsn, run_id))
    _refuse_held(dsn, verdicts)
    return verdicts


def publish(run_id: str, where: PipelineEnvironment) -> list[MartPublication]:
    """Publish all marts of the build in one transaction; return what was written to each."""
    dsn = where.warehouse("publisher")
    done = publish_marts(dsn, _build_of(dsn, run_id))
    for publication in done:
        log.info("%s", publication)
    return done


def _refuse_held(dsn: str, verdicts: list[Verdict]) -> None:
    for verdict in verdicts:
        for level, line in verdict.lines():
            log.log(level, "%s", line)
    held = [verdict.suite for verdict in verdicts if not verdict.is_passed]
    if held:
        with connect(dsn) as conn:
            standing = ledger.published_marts(conn)
        raise MartsHeld(f"marts held: {', '.join(held)}; {standing}")


def _build_of(dsn: str, run_id: str) -> int:
    """Return the id of the run's newest build."""
    with connect(dsn) as conn:
        row = conn.execute(
            "select max(build_id) from ops.builds where run_id = %s", [run_id]
        ).fetchone()
    if row is None or row[0] is None:
        raise BuildError(f"run {run_id} has no build; clear its score task first")
    return int(row[0])
