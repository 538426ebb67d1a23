"""Nights of texts for the tests: what customers say, small models, and one run's scores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg

from kindred import building, scoring
from kindred.loads import Load
from kindred.publishing import publish_batches
from kindred.scoring import ModelSelection, Scorer
from kindred.sources import LOADS
from kindred.text_emotions import SCORES
from kindred.warehouse.connections import connect
from tests.integration.landed import good, land
from tests.integration.marts_built import PROJECT

TRANSCRIPTS = LOADS["genesys_transcripts"]


def model(version: str, **fixed: float) -> Scorer:
    """A model of a few lines: a text's scores follow from its words and the model's name."""

    def row(words: str) -> dict[str, Any]:
        if "unreadable" in words:
            return dict.fromkeys(SCORES, float("nan")) | {"unscored_reason": "not English: xx"}
        digest = hashlib.sha256(f"{version}{words}".encode()).digest()
        scores = {name: digest[at] / 256 for at, name in enumerate(SCORES)} | fixed
        if "angry" in words:
            scores |= {"anger": 0.9, "joy": 0.01}
        return scores | {"unscored_reason": None}

    def score(texts: Iterable[str]) -> pd.DataFrame:
        rows = list(map(row, texts))
        frame = pd.DataFrame(rows, columns=list(SCORES))
        frame["unscored_reason"] = pd.Series([one["unscored_reason"] for one in rows], dtype=object)
        return frame.astype(dict.fromkeys(SCORES, float))

    return Scorer(version, score)


def publish(conn: psycopg.Connection, load: Load, rows: Iterable[dict[str, Any]]) -> None:
    """Land, gate and publish rows."""
    publish_batches(conn, [land(conn, load, rows, status="passed")], LOADS)


def phrases(*said: tuple[str, str], call: str = "c-1") -> list[dict[str, Any]]:
    """Return a call's phrases: who said what."""
    return [
        good(TRANSCRIPTS, conversation_id=call, phrase_number=number, participant=who, text=text)
        for number, (who, text) in enumerate(said)
    ]


def customer_says(conn: psycopg.Connection, *texts: str, call: str = "c-1") -> None:
    """Publish a call in which the customer says these texts."""
    publish(conn, TRANSCRIPTS, phrases(*(("external", text) for text in texts), call=call))


def everybody_consents(dsn: str) -> None:
    """Put a view in the place of dbt's: all subjects consent, known or not."""
    subjects = " union ".join(
        f"select '{load.name}' as load, {load.subject} as subject from raw.{load.name}"
        for load in LOADS.values()
        if load.text
    )
    with psycopg.connect(dsn) as conn:
        conn.execute(f"create view build.int_consenting_subjects as {subjects}")
        conn.execute("grant select on build.int_consenting_subjects to kindred_loader")


class Night:
    """What one run of refresh_marts does about scores, from its claim to the publication.

    With a `target` dbt says who consents, as in the score task; without one everybody does.
    """

    def __init__(self, warehouse: Any, target: Path | None = None) -> None:
        self.warehouse, self.target = warehouse, target
        self.loader = connect(warehouse.dsn("loader"))
        self.transformer = connect(warehouse.dsn("transformer"))
        self.said: list[str] = []
        if target is None:
            everybody_consents(warehouse.dsn("admin"))

    def claim(self, scorer: Scorer) -> building.Build | None:
        """Claim what changed, or what the model has not read, and find who consents."""
        is_due = scoring.is_another_model_due(self.transformer, scorer.version)
        claimed = building.claim(self.transformer, "run", is_model_due=is_due)
        if claimed and self.target:
            building.build_consents(self.transformer, claimed, PROJECT, self.target, print)
        return claimed

    def score(self, build_id: int, scorer: Scorer, seconds: float = 600.0) -> ModelSelection:
        """Score the claimed texts."""
        self.said.clear()
        return scoring.score_texts(
            self.loader, LOADS.values(), build_id, seconds, self.said.append, scorer
        )

    def run(self, scorer: Scorer, seconds: float = 600.0) -> tuple[str, bool]:
        """Return the published build's model, and whether the build was a full one."""
        claimed = self.claim(scorer)
        choice = self.score(claimed.build_id, scorer, seconds)
        scoring.record_selection(self.transformer, claimed.build_id, choice)
        is_full = building.resume(self.transformer, claimed.build_id).is_full_refresh
        self.end(claimed.build_id)
        return choice.used, is_full

    def end(self, build_id: int) -> None:
        """Publish a build as gate and publication would."""
        with connect(self.warehouse.dsn("admin")) as conn:
            conn.execute(
                "update ops.builds set status = 'published' where build_id = %s", [build_id]
            )
            conn.execute("delete from ops.changes where build_id = %s", [build_id])

    def in_use(self) -> list[str]:
        """Return the models that were ever in use, the one that is first."""
        rows = self.transformer.execute(
            "select model_version from scored.models where activated_at is not null"
            " order by activated_at desc"
        ).fetchall()
        return [row[0] for row in rows]

    def count(self, scorer: Scorer) -> int:
        """Return how many texts the model has read."""
        return self.transformer.execute(
            "select count(*) from scored.texts where model_version = %s", [scorer.version]
        ).fetchone()[0]

    def close(self) -> None:
        """Close the connections."""
        self.loader.close()
        self.transformer.close()
