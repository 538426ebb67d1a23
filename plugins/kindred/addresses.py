"""Addresses in the one form in which they are compared: phones, e-mail addresses, handles.

What is not certainly one address of one person is none: a switchboard with an extension, two
numbers in a field, a national number of who knows which nation. To link nobody is seen and
counted; to link the wrong person is neither. Pure but for a setting, KINDRED_PHONE_REGION.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

import idna
import msgspec
import phonenumbers

from kindred import settings

CACHED = 100_000
_PHONE_URI = re.compile(r"^(tel|callto|sms):", re.IGNORECASE)
_NOT_DIALLED = re.compile(r"[^0-9+().\-/\s]")
_LOCAL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+")
_USER = re.compile(r"[\w.\-]+")


def phone(text: str) -> str | None:
    """Return a number in E.164, None of what is not certainly one.

    A number without a country is of KINDRED_PHONE_REGION (GB, DE, US), if that is set. Possible
    numbers count, as the numbering plan's lengths have it: the lists of assigned blocks run late.
    """
    return _phone(text, settings.PHONE_REGION.get())


@lru_cache(CACHED)
def _phone(text: str, region: str | None) -> str | None:
    dialled = _PHONE_URI.sub("", _visible(text))
    if _NOT_DIALLED.search(dialled):
        return None
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(CACHED)
def email(text: str) -> str | None:
    """Return an e-mail address in lower case, its domain in ASCII; None of what is not one."""
    local, _, domain = _visible(text).lower().removeprefix("mailto:").rpartition("@")
    ascii_domain = _domain(domain)
    return f"{local}@{ascii_domain}" if ascii_domain and _LOCAL.fullmatch(local) else None


@lru_cache(CACHED)
def handle(text: str) -> str | None:
    """Return `user@host` of a fediverse account, however it is written; None of what is not one.

    `@user@host`, `acct:user@host`, `https://host/@user`, `https://host/users/user`
    """
    written = _visible(text).lower()
    if "://" in written:
        written = _of_url(written)
    user, _, host = written.removeprefix("acct:").removeprefix("@").rpartition("@")
    ascii_host = _domain(host)
    return f"{user}@{ascii_host}" if ascii_host and _USER.fullmatch(user) else None


def _of_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    found = re.fullmatch(r"/(?:@|users/)([^/@]+)(?:@([^/]+))?/?", parts.path)
    return f"{found[1]}@{found[2] or host}" if found else ""


def _domain(name: str) -> str | None:
    """Return a domain's ASCII form, None of what is no domain with a dot."""
    try:
        found = idna.encode(name.rstrip("."), uts46=True).decode()
    except idna.IDNAError:
        return None
    return found.lower() if "." in found else None


def _visible(text: str) -> str:
    """Return a text in its compatibility form, without what nobody sees and blanks around it."""
    plain = re.sub(r"[\0-\x1f\x7f-\x9f]", " ", unicodedata.normalize("NFKC", text))
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cs")).strip()


# Read where rows are validated; the original stays in `_extra` where none could be read.
Phone = Annotated[str, msgspec.Meta(extra={"read": phone})]
Email = Annotated[str, msgspec.Meta(extra={"read": email})]
Handle = Annotated[str, msgspec.Meta(extra={"read": handle})]
