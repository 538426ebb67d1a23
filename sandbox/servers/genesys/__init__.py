"""Genesys Cloud as the sandbox speaks it."""

from sandbox.servers.genesys.api import Genesys as Server

__all__ = ["Server"]
