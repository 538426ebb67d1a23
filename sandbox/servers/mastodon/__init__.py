"""Mastodon as the sandbox speaks it."""

from sandbox.servers.mastodon.api import Mastodon as Server

__all__ = ["Server"]
