"""The `kindred` command: one machine's warehouse up, a night run, a look at how it stands.

Heavy imports stay inside the commands, so that `kindred --help` is there at once.  An error
that a person can mend is one sentence; a traceback is a fault of ours.
"""

from kindred.cli.commands import app

__all__ = ["app"]
