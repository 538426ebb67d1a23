"""Every error a person can meet, each naming the thing that broke and the way out.

    KindredError
    ├── SetupError            the machine or the settings: a port, a folder, a connection string
    ├── InputError            a file that a person gave cannot be read or written as asked
    ├── SourceError           a vendor's API did not give what it promises
    │   ├── SourceUnavailable     no answer, 5xx, or a rate limit that outlasted our patience
    │   ├── SourceForbidden         401/403 after one refresh: credentials or permissions
    │   └── SourceMalformed         an answer that is not the promised document
    ├── WarehouseError        a statement that Postgres refused
    ├── SupersededError       a newer attempt owns this batch; this one must stop writing
    ├── GateError             a gate held a batch or a build
    ├── BuildError            dbt could not build the marts
    └── PublishError          the marts could not be published as built

No message carries a customer's value or a secret: name fields, counts, hosts and
positions, never contents.
"""


class KindredError(Exception):
    """Something a person has to know about; its text says what and what to do."""


class SetupError(KindredError):
    """The machine or the settings prevent it."""


class InputError(KindredError):
    """A file that a person gave cannot be read or written as asked."""


class SourceError(KindredError):
    """A vendor's API did not give what it promises.

    `status` and `code` are what the vendor answered, `names` the names of ours that it quoted.
    `is_too_wide`: a narrower question may be answered.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        code: str = "",
        names: tuple[str, ...] = (),
        is_too_wide: bool = False,
    ) -> None:
        super().__init__(text)
        self.status, self.code, self.names = status, code, names
        self.is_too_wide = is_too_wide


class SourceUnavailable(SourceError):
    """No answer, a server error, or a rate limit that outlasted our patience."""


class SourceForbidden(SourceError):
    """Credentials or permissions were refused after one refresh."""


class SourceMalformed(SourceError):
    """An answer that is not the promised document."""


class WarehouseError(KindredError):
    """A statement that Postgres refused."""


class SupersededError(KindredError):
    """A newer attempt owns this batch; this one must stop writing."""


class GateError(KindredError):
    """A gate held a batch or a build."""


class BuildError(KindredError):
    """dbt could not build the marts."""


class PublishError(KindredError):
    """The marts could not be published as built."""
