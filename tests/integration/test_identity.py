"""One person in several CRMs is one customer, and two people never are.

The cases are those in which identity resolution is known to have gone wrong elsewhere: shared
telephones and mailboxes, recycled numbers, chains through a third record, order of arrival.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from marts_built import NO_TESTS
from two_crms import CRMS, Contact, Crms, project

A, B, C = CRMS
# Case: contacts as (vendor, id, fields), and which of them are one customer (the others alone).
MERGED = {"master_contact_id": "kept-a", "is_deleted": True}
Case = tuple[list[tuple[str, str, dict[str, Any]]], list[list[Contact]]]
CASES: dict[str, Case] = {
    "a verified e-mail address in two CRMs is one person's": (
        [(A, "mail-a", {"email": "ann@x.org"}), (B, "mail-b", {"email": "ann@x.org"})],
        [[(A, "mail-a"), (B, "mail-b")]],
    ),
    "an address that is verified in one CRM only makes nobody one": (
        [
            (A, "unverified-a", {"email": "una@x.org"}),
            (B, "unverified-b", {"email": "una@x.org", "is_email_verified": False}),
        ],
        [],
    ),
    "the same id in two CRMs is two people": (
        [(A, "17", {"email": "one@x.org"}), (B, "17", {"email": "two@x.org"})],
        [],
    ),
    "a telephone is one person's where their addresses do not differ": (
        [
            (A, "phone-a", {"phone": "+1555"}),
            (B, "phone-b", {"phone": "+1555", "email": "p@x.org"}),
        ],
        [[(A, "phone-a"), (B, "phone-b")]],
    ),
    "a family's telephone in two CRMs makes nobody one": (
        [
            (A, "family-a", {"phone": "+1556", "email": "mum@x.org"}),
            (B, "family-b", {"phone": "+1556", "email": "son@x.org"}),
        ],
        [],
    ),
    "an unverified address speaks against a telephone": (
        [
            (A, "against-a", {"phone": "+1557", "email": "typo@x.org", "is_email_verified": False}),
            (B, "against-b", {"phone": "+1557", "email": "right@x.org"}),
        ],
        [],
    ),
    "a switchboard that two contacts of a CRM have makes nobody one": (
        [
            (A, "desk-a1", {"phone": "+1558"}),
            (A, "desk-a2", {"phone": "+1558"}),
            (B, "desk-b", {"phone": "+1558"}),
            (C, "desk-c", {"phone": "+1558"}),
        ],
        [],
    ),
    "a role's mailbox makes nobody one": (
        [(A, "role-a", {"email": "info@firm.org"}), (B, "role-b", {"email": "info@firm.org"})],
        [],
    ),
    "two people of one CRM are not made one by a record of another": (
        [
            (A, "bridge-a1", {"email": "bridge@x.org"}),
            (A, "bridge-a2", {"phone": "+1559"}),
            (B, "bridge-b", {"email": "bridge@x.org", "phone": "+1559"}),
        ],
        [[(A, "bridge-a1"), (B, "bridge-b")]],
    ),
    "a chain through a third CRM that ends in the first again makes nobody one": (
        [
            (A, "ring-a1", {"phone": "+1560"}),
            (A, "ring-a2", {"phone": "+1561"}),
            (B, "ring-b", {"phone": "+1560"}),
            (B, "ring-b", {"phone": "+1561"}),  # the number of before stays known
        ],
        [[(A, "ring-a2"), (B, "ring-b")]],
    ),
    "three CRMs make one customer": (
        [
            (A, "three-a", {"email": "three@x.org"}),
            (B, "three-b", {"email": "three@x.org", "phone": "+1562"}),
            (C, "three-c", {"phone": "+1562"}),
        ],
        [[(A, "three-a"), (B, "three-b"), (C, "three-c")]],
    ),
    "a number that was given to somebody else is theirs": (
        [
            (A, "given-a1", {"phone": "+1563"}),
            (A, "given-a1", {"phone": "+1564"}),
            (A, "given-a2", {"phone": "+1563"}),
            (B, "given-b", {"phone": "+1563"}),
        ],
        [[(A, "given-a2"), (B, "given-b")]],
    ),
    "an address that is changed in one CRM keeps the person one": (
        [
            (A, "moved-a", {"email": "old@x.org"}),
            (B, "moved-b", {"email": "old@x.org"}),
            (A, "moved-a", {"email": "new@x.org"}),
        ],
        [[(A, "moved-a"), (B, "moved-b")]],
    ),
    "what is merged away still finds its person": (
        [
            (A, "kept-a", {"email": "kept@x.org"}),
            (A, "gone-a", {"email": "gone@x.org", **MERGED}),
            (B, "gone-b", {"email": "gone@x.org"}),
        ],
        [[(A, "kept-a"), (A, "gone-a"), (B, "gone-b")]],
    ),
    "a merge of one CRM does not reach into another": (
        [
            (A, "reach-a", {"email": "reach@x.org"}),
            (B, "reach-b", {"master_contact_id": "reach-a", "is_deleted": True}),
        ],
        [],
    ),
}  # fmt: skip
# Their records lead to nobody: deleted and merged into nobody.
NOBODY = {(B, "reach-b")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with three CRMs, parsed once."""
    return project(tmp_path_factory.mktemp("three"))


@pytest.fixture
def crms(warehouse: Any, made: Path) -> Crms:
    return Crms(warehouse, made.parent / "target", made)


@pytest.fixture(scope="module")
def found(warehouse_server: Any, made: Path) -> set[frozenset[Contact]]:
    """The customers that dbt makes of all cases at once."""
    crms = Crms(warehouse_server, made.parent / "target", made)
    for contacts, _ in CASES.values():
        for vendor, contact, fields in contacts:
            crms.add(vendor, contact, **fields)
    groups = crms.groups()
    warehouse_server.empty()
    return groups


@pytest.mark.parametrize("case", CASES)
def test_people_are_told_apart(case: str, found: set[frozenset[Contact]]) -> None:
    contacts, together = CASES[case]
    everybody = {(vendor, contact) for vendor, contact, _ in contacts} - NOBODY
    mine = {group for group in found if group & everybody}
    alone = everybody.difference(*together)
    assert mine == {*map(frozenset, together), *(frozenset({one}) for one in alone)}


def test_a_customer_is_named_after_the_contact_that_was_created_first(crms: Crms) -> None:
    crms.add(A, "1", created=5, email="ann@x.org")
    assert crms.resolve() == {(A, "1"): name(A, "1")}
    crms.add(B, "1", created=9, email="ann@x.org")
    assert set(crms.resolve().values()) == {name(A, "1")}
    crms.add(C, "1", created=2, email="ann@x.org")
    assert set(crms.resolve().values()) == {name(C, "1")}
    crms.add(C, "1", created=2, is_deleted=True)  # erased at the vendor
    assert set(crms.resolve().values()) == {name(A, "1")}


def test_the_ledger_says_what_a_customer_became(crms: Crms) -> None:
    def seen() -> list[tuple[Any, ...]]:
        crms.dbt("--select", "+int_identity_links", *NO_TESTS)
        found = crms.rows(
            "select customer_id, became, is_gone, vendor, contacts, rule from ops.identity_changes"
            " order by change_id"
        )
        return sorted(found[len(known) :], key=lambda change: change[-1])

    known: list[tuple[Any, ...]] = []
    crms.add(A, "1", created=1, email="ann@x.org")
    crms.add(A, "2", created=2, email="bob@x.org")
    crms.add(B, "1", created=3)
    known += seen()
    assert known == []
    crms.add(B, "1", created=3, email="bob@x.org")
    known += seen()
    assert known == [(name(B, "1"), name(A, "2"), True, B, 1, "email")]
    crms.add(A, "2", created=2, master_contact_id="1", is_deleted=True, email="bob@x.org")
    found = seen()
    assert found == [
        (name(A, "2"), name(A, "1"), True, A, 1, "crm_merge"),
        (name(A, "2"), name(A, "1"), True, B, 1, "email"),
    ]
    known += found
    crms.add(A, "2", created=2, email="bob@x.org")  # the merge is undone
    known += (found := seen())
    assert found == [
        (name(A, "1"), name(A, "2"), False, A, 1, "crm_contact"),
        (name(A, "1"), name(A, "2"), False, B, 1, "email"),
    ]
    assert seen() == []  # the same night once more


def test_a_long_chain_of_shared_telephones_makes_nobody_one(crms: Crms) -> None:
    for at in range(100):
        crms.add(A if at % 2 else B, f"{at:03}", phone=f"+{at}")
        crms.add(A if at % 2 else B, f"{at:03}", phone=f"+{at + 1}")
    # Who has a number now goes before who had it: each is one with the next, who had it.
    assert max(map(len, crms.groups())) <= 2


def test_an_address_of_two_contacts_of_one_customer_finds_the_customer(crms: Crms) -> None:
    crms.add(A, "1", phone="+1", email="ann@x.org")
    crms.add(B, "1", created=1, phone="+1", email="ann@x.org")
    crms.add(A, "2", phone="+2")
    crms.add(A, "3", phone="+2")
    crms.resolve()
    owners = crms.rows("select rule, address, customer_id from build.int_address_owners")
    assert sorted(owners) == [("email", "ann@x.org", name(A, "1")), ("phone", "+1", name(A, "1"))]


@pytest.mark.parametrize(("is_on", "customers"), [("true", 4), ("false", 6)])
def test_two_contacts_of_one_crm_are_one_person_only_by_rule(
    warehouse: Any, parsed_copy: Callable[[], Path], tmp_path: Path, is_on: str, customers: int
) -> None:
    rules = f"email,true,true,true\nphone,true,false,true\nemail_and_phone,{is_on},true,false"
    crms = Crms(warehouse, parsed_copy(), project(tmp_path, rules))
    for contact in ("1", "2"):
        crms.add(A, contact, email="ann@x.org", phone="+1")
    crms.add(B, "1", email="ann@x.org")
    for contact in ("3", "4", "5"):  # an agency that books for its guests
        crms.add(A, contact, email="agency@x.org", phone="+2")
    groups = crms.groups()
    assert len(groups) == customers
    assert (frozenset({(A, "1"), (A, "2"), (B, "1")}) in groups) == (is_on == "true")


@pytest.mark.parametrize("seed", range(3))
def test_a_second_route_finds_the_same_people_whatever_the_order(crms: Crms, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 -- made-up people, no secret
    versions = [
        (vendor, f"{at}", {
            "phone": rng.choice([None, *(f"+{n}" for n in range(60))]),
            "email": rng.choice([None, None, *(f"{n}@x.org" for n in range(60))]),
            "is_email_verified": rng.random() < 0.8,
        })
        for vendor in CRMS for at in range(30) for _ in range(rng.choice([1, 2]))
    ]  # fmt: skip
    for vendor, contact, fields in versions:
        crms.add(vendor, contact, **fields)
    found = crms.groups()
    assert found == SecondRoute(versions).groups()
    assert len([group for group in found if len(group) > 1]) > 5


def name(vendor: str, contact: str) -> str:
    """Return the name that a customer has after a contact."""
    return "c_" + hashlib.md5(f"{vendor}:{contact}".encode()).hexdigest()[:16]  # noqa: S324


class SecondRoute:
    """The same rules in Python, with sets: written from the seed's words and not from the SQL."""

    def __init__(self, versions: list[tuple[str, str, dict[str, Any]]]) -> None:
        self.now: dict[tuple[str, str], set[Contact]] = {}
        self.ever: dict[tuple[str, str], set[Contact]] = {}
        last = {(vendor, contact): fields for vendor, contact, fields in versions}
        for vendor, contact, fields in versions:
            for rule, address in self._proofs(fields):
                self.ever.setdefault((rule, address), set()).add((vendor, contact))
        for one, fields in last.items():
            for pair in self._proofs(fields):
                self.now.setdefault(pair, set()).add(one)
        proven = {one for (rule, _), had in self.ever.items() if rule == "email" for one in had}
        self.mailed = proven | {one for one, fields in last.items() if fields["email"]}
        self.people = [frozenset({one}) for one in last]

    @staticmethod
    def _proofs(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if fields["phone"]:
            yield "phone", fields["phone"]
        if fields["email"] and fields["is_email_verified"]:
            yield "email", fields["email"]

    def owners(self, pair: tuple[str, str]) -> tuple[set[Contact], bool]:
        """Return the one of each CRM who has an address, or had it, and whether all have it now."""
        found: set[Contact] = set()
        for vendor in CRMS:
            now = {one for one in self.now.get(pair, ()) if one[0] == vendor}
            mine = now or {one for one in self.ever[pair] if one[0] == vendor}
            if len(mine) > 1:
                return set(), False
            found |= mine
        return found, found <= self.now.get(pair, set())

    def groups(self) -> set[frozenset[Contact]]:
        """Join by e-mail address, then by telephone, by those of now before those of before."""
        for rule in ("email", "phone"):
            for is_now in (True, False):
                links = []
                for pair in self.ever:
                    found, all_now = self.owners(pair)
                    if pair[0] == rule and (all_now or not is_now):
                        links.append({group for group in self.people if group & found})
                self._join(links, is_phone=rule == "phone")
        return set(self.people)

    def _join(self, links: list[set[frozenset[Contact]]], *, is_phone: bool) -> None:
        components: list[set[frozenset[Contact]]] = []
        for link in filter(None, links):
            near = [component for component in components if component & link]
            components = [one for one in components if one not in near] + [link.union(*near)]
        for component in components:
            everybody: frozenset[Contact] = frozenset().union(*component)
            mailed = sum(bool(group & self.mailed) for group in component)
            if len({vendor for vendor, _ in everybody}) == len(everybody) and (
                not is_phone or mailed < 2
            ):
                self.people = [one for one in self.people if one not in component] + [everybody]
