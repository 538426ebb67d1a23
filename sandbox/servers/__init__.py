"""The vendors' APIs as the sandbox speaks them: a folder here for each vendor, found by its name.

A folder's package has a `Server`. Nothing else has to know that the vendor is there.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from sandbox.servers.server_state import ServerState
from sandbox.servers.vendor_server import VendorServer


def vendor_servers(state: ServerState) -> dict[str, VendorServer]:
    """Return a server for each vendor, by vendor."""
    vendors = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return {v: import_module(f"{__name__}.{v}").Server(v, state) for v in vendors}
