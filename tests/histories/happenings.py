"""Draw what happens next at the vendors, from what can: hypothesis draws, or a seeded generator.

    story(vendors, random.Random(7).choice, events=5)
    @rule(day=runner().flatmap(lambda machine: stories(machine.vendors)))

An event prints as the call that makes it, so an example that fails reads as a story and can be
copied into a test.  Only what the vendors promise is drawn: a conversation changes for nine days,
a transcript comes within two, a post changes for six.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.histories.crm import CHILDREN
from tests.histories.vendors import ChangingVendors
from tests.histories.versions import Record

Pick = Callable[[Sequence[Any]], Any]
NAMES = ("ann", "bob", "cyd", "dee", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "lou")
WORDS = (
    "I love this shop, it feels like home.",
    "The delivery was late and nobody answered. Terrible!",
    "It was fine.",
    "You make me feel that I belong here.",
)
# A change shows with its own stamp, in most cases; with one of before, with one to come.
STAMPED: list[dict[str, float]] = [{}] * 6 + [{"late": 20}, {"late": 55}, {"ahead": 48}]
CRM = ("contacts", *CHILDREN)
# What is seldom possible, or shows only with something else, is drawn more often.
OFTEN = {"transcribe": 4, "rewrite": 2, "answer": 2, "edit_post": 3, "like": 2}


@dataclass(frozen=True, repr=False)
class Event:
    """A call of `ChangingVendors`, to be made: `order('o1', by='ann', amount=30)`."""

    verb: str
    name: str
    given: dict[str, Any] = field(default_factory=dict)

    def to(self, vendors: ChangingVendors) -> None:
        """Let it happen."""
        getattr(vendors, self.verb)(self.name, **self.given)

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.given.items()]
        return f"{self.verb}({', '.join([repr(self.name), *given])})"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))  # hypothesis prints a dataclass its own way otherwise


def opening(vendors: ChangingVendors) -> None:
    """Let three customers be there, and one record of each kind."""
    for name in NAMES[:3]:
        vendors.contact(name)
    vendors.order("o1", by="ann")
    vendors.survey("s1", by="ann", words=WORDS[0])
    vendors.rating("r1", of="s1")
    vendors.referral("l1", by="bob")
    vendors.call("c1", by="bob")
    vendors.transcribe("c1", words=WORDS[2])
    vendors.post("p1", by="cyd", words=WORDS[0])


def happening(vendors: ChangingVendors, pick: Pick) -> Event:
    """Return an event that can happen now; `pick` chooses one of several options."""
    possible = {verb: names for verb, names in _possible(vendors) if names}
    verb = pick([verb for verb in possible for _ in range(OFTEN.get(verb, 1))])
    name = pick(possible[verb])
    return Event(verb, name, _given(vendors, verb, name, pick))


def story(vendors: ChangingVendors, pick: Pick, events: int) -> list[Event]:
    """Return so many events, each of which can happen after the one before it."""
    vendors, told = deepcopy(vendors), []
    for _ in range(events):
        told.append(happening(vendors, pick))
        told[-1].to(vendors)
    return told


@st.composite
def stories(draw: st.DrawFn, vendors: ChangingVendors, most: int = 5) -> list[Event]:
    """Return up to so many events, drawn by hypothesis."""
    events = draw(st.integers(0, most))
    return story(vendors, lambda options: draw(st.sampled_from(options)), events)


def _possible(vendors: ChangingVendors) -> Iterator[tuple[str, list[str]]]:
    """Return the names that each verb can be about: those that are there, or the next new one."""
    alive = [r.name for r in vendors.of(*CRM) if not r.now["is_deleted"]]
    contacts = _contacts(vendors)
    young = _within(vendors, timedelta(days=9), "conversations")
    told = {record.now["conversation_id"] for record in vendors.of("transcripts")}
    fresh = _within(vendors, timedelta(hours=40), "conversations")
    posts = _within(vendors, timedelta(days=6), "statuses")
    surveys = [r.name for r in vendors.of("survey_responses") if not r.now["is_deleted"]]
    yield "order", _next(vendors, "orders", "o") if contacts else []
    yield "survey", _next(vendors, "survey_responses", "s") if contacts else []
    yield "rating", _next(vendors, "touchpoint_ratings", "r") if surveys else []
    yield "referral", _next(vendors, "referrals", "l") if contacts else []
    yield "call", _next(vendors, "conversations", "c")
    yield "post", _next(vendors, "statuses", "p")
    yield "contact", [name for name in NAMES if name not in vendors.records][:1]
    yield "edit", alive
    yield "delete", alive
    yield "undelete", [r.name for r in vendors.of(*CRM) if _can_return(vendors, r)]
    yield "merge", contacts if len(contacts) > 1 else []
    yield "rewrite", young
    yield "ask", [name for name in young if not vendors.records[name].now["surveys"]]
    yield "answer", young
    yield "transcribe", [name for name in fresh if name not in told]
    yield "edit_post", posts
    yield "like", posts
    yield "delete_post", posts


def _given(vendors: ChangingVendors, verb: str, name: str, pick: Pick) -> dict[str, Any]:
    contacts = _contacts(vendors)
    if verb in ("order", "survey", "referral"):
        given: dict[str, Any] = {"by": pick(contacts)} | pick(STAMPED)
        if verb == "order":
            given |= {"amount": pick([20, 30]), **_late(vendors, pick)}
        elif verb == "survey":
            given |= {"score": pick([4, 1, 5]), "words": pick([None, *WORDS])}
        return given
    if verb == "rating":
        surveys = [r.name for r in vendors.of("survey_responses") if not r.now["is_deleted"]]
        return {"of": pick(surveys), **pick(STAMPED)}
    if verb in ("call", "post"):
        given = {"by": pick(NAMES[:6])}  # customers, and people who are none yet
        return given | dict({"words": pick(WORDS)} if verb == "post" else pick(_AHEAD))
    if verb == "edit":
        return {**_edit(vendors, name, pick), **pick(STAMPED)}
    if verb in ("contact", "delete", "undelete"):
        return dict(pick(STAMPED))
    if verb == "merge":
        return {"into": pick([other for other in contacts if other != name])}
    choices: dict[str, tuple[str, Sequence[Any]]] = {
        "rewrite": ("handle_seconds", (90.0, 300.0)),
        "answer": ("score", (80.0, 20.0)),
        "transcribe": ("words", WORDS),
        "edit_post": ("words", WORDS),
    }
    if verb not in choices:
        return {}
    option, values = choices[verb]
    return {option: pick(values), **(pick(_AHEAD) if verb == "edit_post" else {})}


_AHEAD: list[dict[str, float]] = [{}] * 3 + [{"ahead": 48}]


def _late(vendors: ChangingVendors, pick: Pick) -> dict[str, Any]:
    """Return the day of an order that comes ten days late, or nothing."""
    days = pick([0, 0, 0, 10, 40])
    return {"on": vendors.now.date() - timedelta(days=days)} if days else {}


def _edit(vendors: ChangingVendors, name: str, pick: Pick) -> dict[str, Any]:
    """Return what an edit changes; one in a few changes nothing but the stamp."""
    options: dict[str, list[dict[str, Any]]] = {
        "contacts": [{"acquisition_channel": "store"}, {"phone": None}, {}],
        "orders": [{"amount": 25}, {"status": "Cancelled"}, {}],
        "survey_responses": [{"satisfaction": 2}, {"verbatim": WORDS[1]}, {}],
        "touchpoint_ratings": [{"rating": 1}, {}],
        "referrals": [{"status": "Converted", "converted_on": vendors.now.date()}, {}],
    }
    return dict(pick(options[vendors.records[name].kind]))


def _contacts(vendors: ChangingVendors) -> list[str]:
    return [r.name for r in vendors.of("contacts") if not r.now["is_deleted"]]


def _next(vendors: ChangingVendors, kind: str, letter: str) -> list[str]:
    return [f"{letter}{sum(1 for _ in vendors.of(kind)) + 1}"]


def _within(vendors: ChangingVendors, age: timedelta, kind: str) -> list[str]:
    return [
        record.name
        for record in vendors.of(kind)
        if record.gone is None and vendors.now - record.versions[0].key <= age
    ]


def _can_return(vendors: ChangingVendors, record: Record) -> bool:
    """A merged contact cannot, nor a rating without its response."""
    fields = record.now
    if not fields["is_deleted"] or fields.get("master_contact_id"):
        return False
    response = fields.get("response_id") if record.kind == "touchpoint_ratings" else None
    return response is None or not vendors.records[response].now["is_deleted"]
