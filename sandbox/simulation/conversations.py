"""Conversations: calls, chats and mails with the brand's teams, and the survey after some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.scenario import QUEUES
from sandbox.simulation.context import HOUR, MINUTE, GenerationContext
from sandbox.simulation.identities import Identities
from sandbox.times import DAY, Ints

_PARTS = 5  # of a conversation that get an id of their own: itself, three sessions, its survey


@dataclass(frozen=True)
class ConversationSurvey:
    """A survey that was sent after a conversation, and its answer where there is one."""

    score: float | None = None  # 0 to 100
    recommend: int | None = None  # 0 to 10
    completed: int | None = None


@dataclass(frozen=True)
class Conversation:
    """One conversation; instants are milliseconds since 1970, durations milliseconds."""

    customer: int
    is_known: bool  # the customer can be recognised by what they called or wrote from
    medium: str  # voice, message or email
    phone: str | None  # of the caller; none is hidden
    email: str | None  # of the writer; none is a visitor without a name
    queue: int  # the number of the team that takes it
    started: int
    wait: int
    talk: int
    wrap_up: int
    shown: int  # from when on it can be read
    corrected: int | None  # when the time of wrapping up is put right
    survey: ConversationSurvey | None
    phrases: list[tuple[bool, str]] | None  # (is the customer, what is said) of a transcribed one
    ids: list[bytes]  # sixteen random bytes for each of its parts

    @property
    def ended(self) -> int:
        """Return the instant at which talking ends."""
        return self.started + self.wait + self.talk


@dataclass(frozen=True)
class _Draws:
    """What is drawn for all conversations at once, by conversation."""

    month: Ints
    customer: Ints
    start: Ints
    wait: Ints
    talk: Ints
    wrap_up: Ints
    medium: list[str]
    draw: list[list[float]]  # [conversation][10]
    late: Ints
    ids: list[bytes]


def conversations(context: GenerationContext, identities: Identities) -> Iterator[Conversation]:
    """Return all conversations, in the order of their beginnings."""
    rng, evidence = context.rng("conversations"), context.scenario.evidence
    drawn = _draw(context, rng)
    quality = context.population.quality[drawn.customer, 0]
    touchpoint = context.touchpoints(rng, drawn.customer)
    mood, bond = context.valence(rng, drawn.month, drawn.customer, quality)
    names, motives = [p.name for p in context.scenario.touchpoints], context.scenario.key_motivators
    warmth = {team.queue: team.warmth for team in context.scenario.teams}
    texts = context.texts("conversations")
    for at, who in enumerate(drawn.customer.tolist()):
        draw, medium = drawn.draw[at], drawn.medium[at]
        is_known, queue = draw[0] >= evidence.unknown_callers, int(draw[3] * QUEUES)
        phrases = None
        if medium != "email" and draw[1] < evidence.calls_transcribed / 0.86:
            words = float(mood[at]), names[touchpoint[at]], motives, float(bond[at])
            phrases = texts.turns(*words, warmth.get(queue, 0.0))
        phone, email = _caller(medium, identities, who, draw, is_known=is_known)
        started, wait, talk = int(drawn.start[at]), int(drawn.wait[at]), int(drawn.talk[at])
        shown = started + wait + talk + 5 * MINUTE + int(draw[5] * 30 * MINUTE)
        is_corrected = draw[7] < context.scenario.changes.rewritten_within_48h
        yield Conversation(
            customer=who,
            is_known=is_known,
            medium=medium,
            phone=phone,
            email=email,
            queue=queue,
            started=started,
            wait=wait,
            talk=talk,
            wrap_up=int(drawn.wrap_up[at]),
            shown=shown,
            corrected=shown + 2 * HOUR + int(draw[6] * 43 * HOUR) if is_corrected else None,
            survey=_survey(context, drawn, at, shown),
            phrases=phrases,
            ids=drawn.ids[at * _PARTS : (at + 1) * _PARTS],
        )


def _draw(context: GenerationContext, rng: np.random.Generator) -> _Draws:
    population, scenario = context.population, context.scenario
    rate = scenario.behaviour.conversations_a_month * np.where(population.satisfied, 1.0, 1.3)
    month, customer, start = context.events(rng, rate * (1 + 3 * population.negative))
    count = len(month)
    return _Draws(
        month=month,
        customer=customer,
        start=start,
        wait=(rng.exponential(70, count) * 1000).astype(np.int64) + 2000,
        talk=(rng.lognormal(5.5, 0.6, count) * 1000).astype(np.int64) + 15_000,
        wrap_up=(rng.exponential(40, count) * 1000).astype(np.int64) + 3000,
        medium=rng.choice(["voice", "message", "email"], count, p=[0.62, 0.24, 0.14]).tolist(),
        draw=rng.random((count, 10)).tolist(),
        late=(rng.beta(1.3, 1.8, count) * scenario.changes.late_survey_days * DAY).astype(np.int64),
        ids=[row.tobytes() for row in rng.integers(0, 256, (_PARTS * count, 16), np.uint8)],
    )


def _caller(
    medium: str, identities: Identities, who: int, draw: list[float], *, is_known: bool
) -> tuple[str | None, str | None]:
    """Return the phone or the address of whoever is at the other end, or neither."""
    if medium == "voice":
        if draw[2] < 0.03:
            return None, None
        return identities.phones[who] if is_known else f"+1555{int(draw[3] * 900_000):07d}", None
    if medium == "message" and draw[2] < 0.4:
        return None, None
    stranger = f"guest{int(draw[3] * 1e6)}@example.info"
    return None, identities.emails[who] if is_known else stranger


def _survey(
    context: GenerationContext, drawn: _Draws, at: int, shown: int
) -> ConversationSurvey | None:
    """Return the survey of a conversation: half of those sent are answered, days later."""
    population, draw = context.population, drawn.draw[at]
    answered = context.scenario.evidence.call_survey_response_rate
    if draw[4] >= min(2 * answered, 1.0):
        return None
    if draw[4] >= answered:
        return ConversationSurvey()
    month, who = int(drawn.month[at]), int(drawn.customer[at])
    content = float(population.satisfaction[month, who])
    total = 66 + 17 * content + 16 * (draw[8] - 0.5)
    promotes = draw[9] < population.advocacy[month, who]
    return ConversationSurvey(
        score=round(min(max(total, 0.0), 100.0), 1),
        recommend=9 + int(draw[8] > 0.5) if promotes else min(max(round(6 + 1.5 * content), 0), 8),
        completed=shown + HOUR + int(drawn.late[at] * 0.95),
    )
