"""Where a vendor's API is, who we are there, and how patient we are with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kindred.errors import SetupError


@dataclass(frozen=True)
class Endpoint:
    """One connection to a vendor; `options` are the vendor's own settings (see `sources`).

    Every vendor takes `patience` and `bounds` (below), `proxy` (an address) and `trusted_hosts`
    (see `reach`).
    """

    base_url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.base_url)
            is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
            is_good = is_good and not (parts.username or parts.query) and parts.port != 0
        except ValueError:
            is_good = False
        if not is_good:
            raise SetupError(
                "a source's address looks like https://host[:port], without user, password or"
                " query; put those into the connection's login, password and extra"
            )

    @property
    def host(self) -> str:
        """Return the host and port, for messages."""
        return urlsplit(self.base_url).netloc

    def text(self, option: str, default: str) -> str:
        """Return a text option.

        Raises:
            SetupError: the option is there and is not a text.
        """
        value = self.options.get(option, default)
        if not isinstance(value, str):
            raise SetupError(f"{self.host}: option {option} is a text")
        return value

    def texts(self, option: str) -> list[str]:
        """Return an option that lists texts; a single text is a list of one.

        Raises:
            SetupError: the option is missing, empty or holds something else.
        """
        value = self.options.get(option, [])
        values = [value] if isinstance(value, str) else value
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(v, str) for v in values)
        ):
            raise SetupError(
                f'{self.host}: set option {option} in the connection\'s extra: ["...", "..."]'
            )
        return values


@dataclass(frozen=True)
class RetryPolicy:
    """How long to go on asking: times in seconds.

    `attempts` bounds failures of one call, `longest_limit` what one call may wait for a
    vendor's rate limit in all: beyond that the task's own retry is the better place to wait.
    """

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_limit: float = 900.0

    @classmethod
    def of(cls, endpoint: Endpoint) -> RetryPolicy:
        """Read the endpoint's option `patience`, an object with any of our fields."""
        given = endpoint.options.get("patience", {})
        try:
            return cls(**given)
        except TypeError:
            fields = ", ".join(cls.__dataclass_fields__)
            raise SetupError(f"{endpoint.host}: option patience takes {fields}") from None

    def backoff(self, failures: int, luck: float) -> float:
        """Return the wait after so many failures; `luck` in 0..1 keeps callers apart."""
        return min(self.longest_wait, self.first_wait * 2.0 ** (failures - 1)) * (0.5 + luck / 2)


@dataclass(frozen=True)
class Bounds:
    """How much one walk over pages may bring before it is taken for one that never ends.

    A task has three hours; 20,000 pages are 40 million records of Salesforce.
    """

    pages: int = 20_000
    bytes: int = 32 * 1024**3
    seconds: float = 2 * 3600

    @classmethod
    def of(cls, endpoint: Endpoint) -> Bounds:
        """Read the endpoint's option `bounds`, an object with any of our fields."""
        given = endpoint.options.get("bounds", {})
        is_good = isinstance(given, dict) and given.keys() <= cls.__dataclass_fields__.keys()
        if not is_good or not all(map(_is_amount, given.values())):
            fields = ", ".join(cls.__dataclass_fields__)
            raise SetupError(f"{endpoint.host}: option bounds takes {fields}, each above zero")
        return cls(**given)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
