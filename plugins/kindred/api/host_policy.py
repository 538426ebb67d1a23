"""Where requests may go: a vendor's answer must not send them to a host of our own network.

The hosts that a person named (the connection's own, `login_url`, `token_url`, and those under
`trusted_hosts`) are not judged by their addresses. Every other address comes out of an answer: it
may be a public host only, by name or literally. A connection on loopback, as the sandbox is one,
may name loopback addresses too. No answer leads from https to http.

A name is judged by the addresses that the connection is then made to (`transport`), so that a
name that resolves differently the second time gains nothing. Behind a proxy, which resolves
names itself, only literal addresses can be judged.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urljoin, urlsplit

from kindred.api.endpoint import Endpoint
from kindred.api.messages import OutOfReach

Address = IPv4Address | IPv6Address
PORTS = {"http": 80, "https": 443}
# Two parsers must not read two hosts out of one address: no user, no backslash, no blank.
PLAIN_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+(%\w+)?\]|[A-Za-z0-9._-]+)(:\d{0,5})?")
# An IPv6 address with an IPv4 one in its last four bytes (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")
WAY_OUT = "if it is right, list the host under trusted_hosts in the connection's extra"


@dataclass(frozen=True)
class HostPolicy:
    """Which hosts and addresses the requests of one connection may go to."""

    own: str = ""
    trusted: frozenset[str] = frozenset()
    is_secure: bool = False
    is_loopback: bool = False

    @classmethod
    def of(cls, endpoint: Endpoint) -> HostPolicy:
        """Return what a connection may reach."""
        own = _host(urlsplit(endpoint.base_url))
        logins = [endpoint.text(option, "") for option in ("login_url", "token_url")]
        named = endpoint.texts("trusted_hosts") if "trusted_hosts" in endpoint.options else []
        addresses = [*logins, *(name if "://" in name else f"//{name}" for name in named)]
        trusted = {_host(urlsplit(address)) for address in addresses}
        literal = _literal(own)
        return cls(
            own,
            frozenset(trusted - {own, ""}),
            is_secure=urlsplit(endpoint.base_url).scheme == "https",
            is_loopback=literal.is_loopback if literal else own in ("localhost", "localhost."),
        )

    def check(self, url: str) -> None:
        """Refuse an address that requests must not go to.

        Raises:
            OutOfReach: with the host and the rule.
        """
        parts = self._split(url)
        host = _host(parts)
        if host in self.trusted:
            return
        if parts.scheme not in PORTS:
            raise OutOfReach(f"{host} is named with a scheme other than http and https")
        if self.is_secure and parts.scheme != "https":
            raise OutOfReach(f"{host} is to be asked over http, this connection is https")
        literal = _literal(host)
        if literal is not None and host != self.own:
            self.check_address(host, str(literal))

    def check_address(self, host: str, address: str) -> None:
        """Refuse an address that a host resolves to, or is.

        Raises:
            OutOfReach: it is not a public one.
        """
        found = ipaddress.ip_address(address)
        if host.lower() in (self.own, *self.trusted):
            return
        if self.is_loopback and _embedded(found).is_loopback:
            return
        if not _is_public(found):
            raise OutOfReach(
                f"{host} is, or resolves to, a private, loopback or link-local address; {WAY_OUT}"
            )

    def follow(self, url: str, location: str) -> str:
        """Return where a redirect leads: the same host and port, or from http to its https.

        Raises:
            OutOfReach: it leads elsewhere.
        """
        before = self._split(url)
        try:
            target = urljoin(url, location.strip())
        except ValueError:
            raise OutOfReach("a redirect names an address that is none") from None
        after = self._split(target)
        host = _host(after)
        if after.scheme != before.scheme and (before.scheme, after.scheme) != ("http", "https"):
            raise OutOfReach(f"a redirect leads from {before.scheme} to {after.scheme} on {host}")
        if host in self.trusted:
            return target
        ports = (_port(before), _port(after))
        if host != _host(before) or (ports[0] != ports[1] and ports != (80, 443)):
            raise OutOfReach(f"a redirect leads to another host, {after.netloc}; {WAY_OUT}")
        return target

    def _split(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            is_ours = _host(parts) in (self.own, *self.trusted)
            is_plain = is_ours and not {"@", "\\"} & set(parts.netloc)
            is_good = parts.port != 0 and (is_plain or PLAIN_HOST.fullmatch(parts.netloc))
        except ValueError:
            is_good = False
        if not is_good:
            raise OutOfReach("an answer names an address without a plain host")
        return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower()


def _port(parts: SplitResult) -> int | None:
    return parts.port or PORTS.get(parts.scheme)


def _literal(host: str) -> Address | None:
    """Return the address that a host is, also written as `127.1` or `2130706433`."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _embedded(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _is_public(address: Address) -> bool:
    inner = _embedded(address)
    is_site = isinstance(inner, IPv6Address) and (inner.is_site_local or inner.teredo is not None)
    return inner.is_global and not (inner.is_multicast or inner.is_reserved or is_site)
