"""What each rule of identity finds and gets wrong, in two thousand made-up people of two CRMs.

The people are worse than a CRM should be: families share a telephone, couples a mailbox, numbers
are given to others, firms write from info@, an agency books for its guests, and one contact in
fifty has a second row that nobody has merged. DECISIONS.md quotes these figures.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import psycopg
import pytest
from two_crms import CRMS, Contact, Crms, match_by, project

A, B, _ = CRMS
PEOPLE = 2000


@dataclass(frozen=True)
class Figures:
    """Of pairs of contacts of one person: how many there are, are found, and are two people's."""

    pairs: int
    found: int
    wrong: int


def draw(seed: int = 1) -> list[tuple[str, str, int, dict[str, Any]]]:
    """Return contacts: vendor, id, whose it is, fields."""
    rng = random.Random(seed)  # noqa: S311 -- made-up people, no secret
    phones = [f"+1555{at:07}" for at in range(PEOPLE)]
    emails = [f"p{at}@x.org" for at in range(PEOPLE)]
    for at in range(1, PEOPLE):
        if rng.random() < 0.15:  # a family's telephone
            phones[at] = phones[at - 1]
            if rng.random() < 0.2:  # and a couple's mailbox
                emails[at] = emails[at - 1]
        if rng.random() < 0.01:  # someone at a firm
            emails[at] = f"info@firm{at // 20}.org"
            phones[at] = f"+1666{at // 20:07}"
        if rng.random() < 0.01:  # a guest of an agency
            emails[at], phones[at] = "booking@agency.org", "+17770000000"
    contacts = []
    for who in range(PEOPLE):
        for vendor, share in ((A, 0.8), (B, 0.6)):
            rows = (rng.random() < share) * (1 + (rng.random() < 0.02))
            phone = phones[who] if rng.random() < 0.9 else f"+1888{rng.randrange(10**7):07}"
            if rng.random() < 0.02:  # a number that somebody else has given back
                phone = phones[rng.randrange(PEOPLE)]
            email = emails[who] if rng.random() < 0.85 else f"q{who}@{vendor}.org"
            fields = {
                "phone": phone if rng.random() < 0.8 else None,
                "email": email if rng.random() < 0.85 else None,
                "is_email_verified": rng.random() < 0.7,
            }
            contacts += [(vendor, f"{who}-{row}", who, fields) for row in range(rows)]
    return contacts


@pytest.fixture(scope="module")
def three_crms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with three CRMs; each test writes its own rules into it."""
    return project(tmp_path_factory.mktemp("measured"))


@pytest.fixture(scope="module")
def target(parsed_copy: Callable[[], Path]) -> Path:
    """A target folder for all rules: dbt parses the project once."""
    return parsed_copy()


def measure(crms: Crms, *, within: bool) -> Figures:
    """Return the figures of pairs within one CRM, or over two."""
    contacts = draw()
    names = ", ".join(("contact_id", *contacts[0][3], "is_deleted, created_at, modified_at"))
    with psycopg.connect(crms.dsn) as conn:
        for vendor in (A, B):
            conn.cursor().executemany(
                f"insert into raw.{vendor}_contacts ({names}, _batch_id, _extracted_at)"
                " values (%s, %s, %s, %s, false, '2025-01-01', '2025-01-01', 1, '2025-01-01')",
                [(own, *fields.values()) for crm, own, _, fields in contacts if crm == vendor],
            )
    person = {(vendor, own): who for vendor, own, who, _ in contacts}
    customers: dict[str, list[Contact]] = {}
    for contact, name in crms.resolve().items():
        customers.setdefault(name, []).append(contact)
    people: dict[int, list[Contact]] = {}
    for contact, who in person.items():
        people.setdefault(who, []).append(contact)

    def pairs(groups: Any) -> set[frozenset[Contact]]:
        return {
            frozenset(pair)
            for group in groups
            for pair in combinations(group, 2)
            if (pair[0][0] == pair[1][0]) == within
        }

    true, found = pairs(people.values()), pairs(customers.values())
    return Figures(len(true), len(true & found), len(found - true))


MAIL, PHONE = "email,true,true,true", "phone,true,false,true"
NO_PHONE = "phone,true,false,false"
UNVERIFIED = "email,true,false,true"
BOTH = "email_and_phone,true,true,false"


@pytest.mark.parametrize(
    ("rules", "within", "wanted"),
    [
        ((MAIL, PHONE), False, Figures(959, 308, 13)),
        *(
            pytest.param(*case, marks=pytest.mark.proof)
            for case in (
                ((MAIL, NO_PHONE), False, Figures(959, 230, 4)),
                ((UNVERIFIED, PHONE), False, Figures(959, 510, 16)),
                ((MAIL, PHONE, BOTH), True, Figures(62, 28, 9)),
            )
        ),
    ],
    ids=["as shipped", "e-mail alone", "unverified e-mail", "second rows of one CRM"],
)
def test_a_rule_finds_so_many_and_gets_so_many_wrong(
    warehouse: Any,
    three_crms: Path,
    target: Path,
    rules: tuple[str, ...],
    within: bool,
    wanted: Figures,
) -> None:
    match_by(three_crms, "\n".join(rules))
    assert measure(Crms(warehouse, target, three_crms), within=within) == wanted
