"""Salesforce as the sandbox speaks it."""

from sandbox.servers.salesforce.api import Salesforce as Server

__all__ = ["Server"]
