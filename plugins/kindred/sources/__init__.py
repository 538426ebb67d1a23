"""The vendors, each declared in its own module: what the night pulls, in one list."""

from kindred.api import Client, Endpoint, Transport
from kindred.loads import Load, Vendor
from kindred.sources import genesys, mastodon, salesforce

_DECLARED = (
    salesforce.VENDOR,
    genesys.VENDOR,
    mastodon.VENDOR,
)

VENDORS: dict[str, Vendor] = {vendor.name: vendor for vendor in _DECLARED}

# The loads of each source, those of one vendor after those of another.
SOURCES: dict[str, tuple[Load, ...]] = {
    source: tuple(
        load for vendor in VENDORS.values() if vendor.source == source for load in vendor.loads
    )
    for source in dict.fromkeys(vendor.source for vendor in VENDORS.values())
}

LOADS: dict[str, Load] = {load.name: load for loads in SOURCES.values() for load in loads}


def client(vendor: str, endpoint: Endpoint, transport: Transport | None = None) -> Client:
    """Return a client of a vendor's API.

    Args:
        transport: carries the requests in place of a socket.

    Raises:
        SetupError: an option of the endpoint is no good.
    """
    declared = VENDORS[vendor]
    auth = declared.auth(endpoint)
    return Client(endpoint, auth, errors=declared.errors, transport=transport)


def source_of(load: str) -> str:
    """Return the source that a load belongs to."""
    return VENDORS[LOADS[load].vendor].source
