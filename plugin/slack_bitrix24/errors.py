"""Every error that this program raises on purpose. No I/O.

    SlackBitrix24Error
    ├── FaultsError             one line per fault; the start stops, exit status 2
    │   ├── ConfigurationError
    │   └── MappingError
    ├── AddressError            an address that names nobody, or too many
    ├── PhraseError             words that are no time
    ├── AttachError             a block that Bitrix24 would refuse
    ├── StoreError              the database can't take or give anything now
    │   ├── InDoubtError        and what was asked may have been kept all the same
    │   └── SchemaTooNewError   written by a newer version of this program
    └── Bitrix24Error           Bitrix24 did not do what it was asked (see its `verdict`)

The text of each is one line, in words for the person who can mend it, and holds no secret.
"""

from __future__ import annotations

from enum import Enum


class SlackBitrix24Error(Exception):
    """The root: catching it catches everything that is raised on purpose."""


class FaultsError(SlackBitrix24Error):
    """One or more faults in something that a person wrote, found all at once."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class ConfigurationError(FaultsError):
    """The configuration can't be used; each fault names its key."""


class MappingError(FaultsError):
    """The mapping file can't be used; each fault has file, line and column."""


class AddressError(SlackBitrix24Error):
    """An address names nobody, or more people than one."""


class PhraseError(SlackBitrix24Error):
    """The words say no time, or one that is over."""


class AttachError(SlackBitrix24Error):
    """An ATTACH that Bitrix24 would refuse; the text names the block."""


class StoreError(SlackBitrix24Error):
    """The database can't be read or written now; nothing was changed."""


class InDoubtError(StoreError):
    """The database said nothing while it committed: what was asked is there, or is not, and nobody knows."""


class SchemaTooNewError(StoreError):
    """The database was written by a newer version of this program."""


class Verdict(Enum):
    """What a failed call means for what it carried."""

    DEAD = "dead"
    """Refused for good: the same call would be refused again."""
    AGAIN = "again"
    """Not executed: it may go out again, no earlier than `retry_after`."""
    UNKNOWN = "unknown"
    """May have been executed: only a call that may be repeated (same TAG) may go out again."""
    PORTAL = "portal"
    """Not executed, and no other call of this portal would be: stop and tell a person."""


class Bitrix24Error(SlackBitrix24Error):
    """Bitrix24 refused, failed, or could not be reached.

    `code` is Bitrix24's own, as it came (compare it without regard to case), or empty where there was none;
    `status` the HTTP status, 0 where no answer came; `retry_after` seconds, only with `Verdict.AGAIN`. `alone`: it came
    for one command of a batch and may be another one's, so that only a request of its own tells.
    """

    def __init__(
        self,
        description: str,
        *,
        code: str = "",
        status: int = 0,
        verdict: Verdict = Verdict.DEAD,
        retry_after: float = 0.0,
        alone: bool = False,
    ) -> None:
        super().__init__(f"{code}: {description}" if code else description)
        self.code = code
        self.description = description
        self.status = status
        self.verdict = verdict
        self.retry_after = retry_after
        self.alone = alone

    def but(self, description: str = "", *, verdict: Verdict | None = None) -> Bitrix24Error:
        """Return a copy, in these words and with this verdict where they are given: a raised error is never changed."""
        return Bitrix24Error(
            description or self.description,
            code=self.code,
            status=self.status,
            verdict=verdict or self.verdict,
            retry_after=self.retry_after,
            alone=self.alone,
        )

    @property
    def in_doubt(self) -> bool:
        """Tell whether the call may have been executed: it went out, and what came back names no reason."""
        return self.verdict is Verdict.UNKNOWN and self.code.upper() in ("", "WRONG_ENCODING")
