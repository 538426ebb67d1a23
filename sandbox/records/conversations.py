"""Conversations: calls, chats and mails as Genesys Cloud nests them, rewritten as it does.

A conversation shows minutes after it ended, is rewritten within 48 hours, and its survey
comes inside it days later.  There is no modification stamp, as there is none at the vendor.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from sandbox.ids import utc_time, uuids
from sandbox.records.contacts import People
from sandbox.records.nesting import Calls, caller_of, document_of, queue_of
from sandbox.records.stage import HOUR, MINUTE, Stage
from sandbox.records.transcripts import transcript
from sandbox.shelf import Shelf, ShelfBuilder
from sandbox.times import DAY

_encode = msgspec.json.Encoder().encode


def conversations(stage: Stage, people: People) -> tuple[Shelf, Shelf, list[tuple[str, str]]]:
    """Put conversations and transcripts on shelves.

    Returns both shelves, and for the truth (conversation id, contact id) of known customers.
    """
    rng, evidence = stage.rng("conversations"), stage.scenario.evidence
    calls = _draw(stage, rng)
    quality = stage.population.quality[calls.customer, 0]
    touchpoint = stage.touched(rng, calls.customer)
    mood, bond = stage.valence(rng, calls.month, calls.customer, quality)
    names, motives = [p.name for p in stage.scenario.touchpoints], stage.scenario.key_motivators
    warmth = {team.queue: team.warmth for team in stage.scenario.teams}
    texts, told = stage.texts("conversations"), ShelfBuilder()
    held, links = ShelfBuilder(), []
    for at, who in enumerate(calls.customer.tolist()):
        draw, (conversation, communication, *_) = calls.draw[at], calls.ids[at * 5 : at * 5 + 5]
        ended = int(calls.start[at] + calls.wait[at] + calls.talk[at])
        is_known = draw[0] >= evidence.unknown_callers
        if is_known:
            links.append((conversation, people.contact_ids[who]))
        brand = stage.scenario.hashtags[0]
        caller = caller_of(calls.media[at], people, who, draw, is_known, brand)
        held.add(conversation, _versions(stage, calls, at, caller))
        if calls.media[at] != "email" and draw[1] < evidence.calls_transcribed / 0.86:
            words = float(mood[at]), names[touchpoint[at]], motives, float(bond[at])
            turns = texts.turns(*words, warmth.get(queue_of(draw), 0.0))
            start = int(calls.start[at] + calls.wait[at])
            document = transcript(conversation, communication, calls.media[at], start, ended, turns)
            seen = ended + 20 * MINUTE
            told.add(f"{conversation}/{communication}", [(seen, seen, _encode(document))])
    return held.shelf(), told.shelf(), links


def _draw(stage: Stage, rng: np.random.Generator) -> Calls:
    population, scenario = stage.population, stage.scenario
    rate = scenario.behaviour.conversations_a_month * np.where(population.satisfied, 1.0, 1.3)
    month, customer, start = stage.happenings(rng, (rate * (1 + 3 * population.negative)))
    count = len(month)
    return Calls(
        month=month,
        customer=customer,
        start=start,
        wait=(rng.exponential(70, count) * 1000).astype(np.int64) + 2000,
        talk=(rng.lognormal(5.5, 0.6, count) * 1000).astype(np.int64) + 15_000,
        wrap_up=(rng.exponential(40, count) * 1000).astype(np.int64) + 3000,
        media=rng.choice(["voice", "message", "email"], count, p=[0.62, 0.24, 0.14]).tolist(),
        draw=rng.random((count, 10)).tolist(),
        late=(rng.beta(1.3, 1.8, count) * scenario.changes.late_survey_days * DAY).astype(np.int64),
        ids=uuids(rng, 5 * count),
    )


def _versions(
    stage: Stage, calls: Calls, at: int, caller: dict[str, str | None]
) -> list[tuple[int, int, bytes]]:
    """Return the conversation as first served, as rewritten, and with its survey completed."""
    draw, start = calls.draw[at], int(calls.start[at])
    ended = start + int(calls.wait[at] + calls.talk[at])
    answers = stage.scenario.evidence.call_survey_response_rate
    is_asked, is_answered = draw[4] < min(2 * answers, 1.0), draw[4] < answers
    survey = _survey(stage, calls, at) if is_asked else None
    seen = ended + 5 * MINUTE + int(draw[5] * 30 * MINUTE)
    first = document_of(calls, at, caller, int(calls.wrap_up[at] * 0.5), survey)
    versions = [(seen, start, _encode(first))]
    rewritten = seen + 2 * HOUR + int(draw[6] * 43 * HOUR)
    completed = seen + HOUR + int(calls.late[at] * 0.95)
    later: list[tuple[int, str]] = []
    if draw[7] < stage.scenario.changes.rewritten_within_48h:
        later.append((rewritten, "rewritten"))
    if survey is not None and is_answered:
        later.append((completed, "completed"))
    wrap_up = int(calls.wrap_up[at] * 0.5)
    for moment, what in sorted(later):
        if what == "rewritten":
            wrap_up = int(calls.wrap_up[at])
        elif survey is not None:
            survey = survey | _completed(stage, calls, at, moment)
        versions.append((moment, start, _encode(document_of(calls, at, caller, wrap_up, survey))))
    return versions


def _survey(stage: Stage, calls: Calls, at: int) -> dict[str, Any]:
    return {
        "surveyId": calls.ids[at * 5 + 3],
        "surveyFormId": "5d0c1f52-7a7e-4c35-9d55-0f4f3f1f7a01",
        "surveyFormName": f"{stage.scenario.brand} after contact",
        "surveyStatus": "Sent",
        "eventTime": utc_time(int(calls.start[at] + calls.talk[at])),
    }


def _completed(stage: Stage, calls: Calls, at: int, moment: int) -> dict[str, Any]:
    population, draw = stage.population, calls.draw[at]
    month, who = int(calls.month[at]), int(calls.customer[at])
    content = float(population.satisfaction[month, who])
    total = 66 + 17 * content + 16 * (draw[8] - 0.5)
    promotes = draw[9] < population.advocacy[month, who]
    promoter = 9 + int(draw[8] > 0.5) if promotes else min(max(round(6 + 1.5 * content), 0), 8)
    return {
        "surveyStatus": "Finished",
        "surveyCompletedDate": utc_time(moment),
        "oSurveyTotalScore": round(min(max(total, 0.0), 100.0), 1),
        "surveyPromoterScore": promoter,
    }
