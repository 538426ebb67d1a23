"""The `kindred` command: start one machine's warehouse, run a night, look at its status.

Heavy imports stay inside the commands, so that `kindred --help` is there at once.  An error
that a person can correct is one sentence; a traceback is a bug of ours.
"""

from kindred.cli.commands import app

__all__ = ["app"]
