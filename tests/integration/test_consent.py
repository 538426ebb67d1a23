"""Who consents: a refusal on any record of a person holds until a yes that is certainly later."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kindred import building
from kindred.sources import LOADS
from tests.integration.landed import NOON, good
from tests.integration.marts_built import PROJECT
from tests.integration.scored_nights import Night, model, publish

CONTACTS = LOADS["salesforce_contacts"]
MODEL = model("old-1")
YEAR = NOON - timedelta(days=365)


@dataclass(frozen=True)
class Said:
    """A record of a person: what it says, on which day it was made and last changed."""

    answer: bool | None
    made: int
    changed: int | None = None

    def fields(self) -> dict[str, Any]:
        made = YEAR + timedelta(days=self.made)
        changed = YEAR + timedelta(days=self.made if self.changed is None else self.changed)
        return {"has_text_consent": self.answer, "created_at": made, "modified_at": changed}


def yes(made: int, changed: int | None = None) -> Said:
    return Said(True, made, changed)


def no(made: int, changed: int | None = None) -> Said:
    return Said(False, made, changed)


def silent(made: int) -> Said:
    return Said(None, made)


CASES = {
    (yes(1),): "given",
    (no(1),): "refused",
    (silent(1),): "unknown",
    (silent(1), silent(2)): "unknown",
    (yes(1), silent(2)): "given",
    (no(1), silent(2)): "refused",
    (yes(1), yes(2)): "given",
    (yes(1), no(2)): "refused",
    (no(1), yes(2)): "given",
    (no(2), yes(1, changed=9)): "refused",  # the yes may be older than the refusal
    (no(1, changed=2), yes(2)): "refused",  # not later
    (no(1, changed=3), yes(2)): "refused",  # it may have been said after the yes
    (no(1), yes(2), silent(3)): "given",
    (no(1), no(4), yes(3)): "refused",
    (no(1), no(2), yes(3)): "given",
    (yes(1), no(2), yes(3), no(4)): "refused",
    (yes(1), no(2), no(3), yes(4)): "given",
}


@pytest.fixture
def night(warehouse: Any, parsed: Path) -> Any:
    opened = Night(warehouse, parsed)
    yield opened
    opened.close()


def merged(person: str, records: Iterable[Said], *, is_chain: bool) -> list[dict[str, Any]]:
    """Return a person's contacts: the first survives, the others merge into it or one another."""
    return [
        good(
            CONTACTS,
            contact_id=f"{person}-{at}",
            email=f"{person}-{at}@example.org",
            phone=None,
            is_deleted=at > 0,
            master_contact_id=f"{person}-{at - 1 if is_chain else 0}" if at else None,
            **said.fields(),
        )
        for at, said in enumerate(records)
    ]


def consents(night: Night, contacts: Iterable[dict[str, Any]]) -> dict[str, tuple[str, bool]]:
    """Publish contacts; return what dbt makes of them, by surviving contact."""
    publish(night.loader, CONTACTS, contacts)
    assert night.claim(MODEL) is not None
    return read(night)


def read(night: Night) -> dict[str, tuple[str, bool]]:
    rows = night.transformer.execute(
        "select contact_id, consent, has_text_consent from build.int_consents"
        " join build.int_identities using (customer_id)"
        " where contact_id = surviving_contact_id"
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_a_persons_records_say_together_whether_the_person_consents(night: Night) -> None:
    contacts, wanted = [], {}
    for number, (records, consent) in enumerate(CASES.items()):
        orders = enumerate(itertools.permutations(records))
        for (at, order), is_chain in itertools.product(orders, (True, False)):
            person = f"p{number}-{at}-{is_chain}"
            contacts += merged(person, order, is_chain=is_chain)
            wanted[f"{person}-0"] = (consent, consent == "given")
    assert consents(night, contacts) == wanted


def test_another_refusing_record_never_makes_a_person_consent(night: Night) -> None:
    rng = random.Random(7)  # noqa: S311 -- made-up people, no secret

    def draw(answers: tuple[bool | None, ...] = (True, False, None)) -> Said:
        made = rng.randrange(5)
        return Said(rng.choice(answers), made, made + rng.randrange(4))

    contacts = []
    for number in range(300):
        records = [draw() for _ in range(rng.randrange(1, 5))]
        contacts += merged(f"before{number}", records, is_chain=True)
        records.insert(rng.randrange(len(records) + 1), draw((False,)))
        contacts += merged(f"after{number}", records, is_chain=True)
    found = {name: is_given for name, (_, is_given) in consents(night, contacts).items()}
    changes = [(found[f"before{n}-0"], found[f"after{n}-0"]) for n in range(300)]
    assert {(True, True), (True, False), (False, False)} == set(changes)


def test_a_deleted_record_speaks_for_nobody_unless_it_was_merged(night: Night) -> None:
    (kept,) = merged("kept", [yes(1)], is_chain=True)
    deleted = [dict(kept, contact_id="gone", is_deleted=True, has_text_consent=False)]
    into_deleted = [dict(kept, contact_id="into", is_deleted=True, master_contact_id="gone")]
    assert consents(night, [kept, *deleted, *into_deleted]) == {"kept-0": ("given", True)}


@pytest.mark.parametrize(
    ("rule", "consent"),
    [("true", ("assumed", True)), ("", ("unknown", False))],
    ids=["read", "no row"],
)
def test_what_silence_means_is_the_businesss_row_and_never_turns_a_refusal(
    warehouse: Any,
    tmp_path: Path,
    parsed_copy: Callable[[], Path],
    rule: str,
    consent: tuple[str, bool],
) -> None:
    project = shutil.copytree(
        PROJECT, tmp_path / "project", ignore=shutil.ignore_patterns("target")
    )
    seed = project / "seeds" / "common" / "consent_rules.csv"
    seed.write_text(f"is_unknown_permitted\n{rule}\n".strip() + "\n")
    night = Night(warehouse, parsed_copy())
    people = {"silent": [silent(1)], "refusing": [no(1), silent(2)], "giving": [silent(1), yes(2)]}
    contacts = [merged(name, records, is_chain=True) for name, records in people.items()]
    publish(night.loader, CONTACTS, itertools.chain(*contacts))
    claimed = building.claim(night.transformer, "run")
    assert claimed is not None
    building.build_consents(night.transformer, claimed, project, night.target, print)
    wanted = {"silent-0": consent, "refusing-0": ("refused", False), "giving-0": ("given", True)}
    assert read(night) == wanted
    night.close()
