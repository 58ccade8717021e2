"""Who is in a group or channel, read from Slack in the background: nothing that is due waits for Slack's answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from slack_bitrix24.submit.people import People

AGAIN = 10.0
"""Seconds for which what Slack did not tell is not asked again."""
READERS = 4
"""Groups and channels that are asked for side by side."""


@dataclass(frozen=True, slots=True)
class NotTold:
    """Slack did not tell: its word for why, and whether asking again may help by itself."""

    word: str
    lasting: bool = False


Read = Callable[[str], NotTold | None]
"""Reads the members of one group or channel; returns why they are not known, None when they are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking: what is still being asked, and what Slack did not tell."""

    asking: bool
    refused: dict[str, NotTold]


@dataclass(frozen=True, slots=True)
class Known:
    """Who is known after Slack was asked, and what it did not tell, by what was asked for."""

    people: People
    refused: dict[str, NotTold] = field(default_factory=dict)

    def lasting(self, wanted: Iterable[str]) -> list[str]:
        """Return what of this Slack refuses to tell."""
        return [one for one in wanted if one in self.refused and self.refused[one].lasting]

    def later(self, wanted: Iterable[str]) -> list[str]:
        """Return what of this Slack may tell another time."""
        return [one for one in wanted if one not in self.refused or not self.refused[one].lasting]


class Reading:
    """Asks for each group and channel at most once at a time. For one caller: it is no shared state."""

    def __init__(self, read: Read, *, now: Callable[[], float] = time.monotonic) -> None:
        self._read, self._now = read, now
        self._pool = ThreadPoolExecutor(READERS, "members")
        self._asked: dict[str, Future[NotTold | None]] = {}
        self._refused: dict[str, tuple[float, NotTold]] = {}

    def ask(self, unread: Iterable[str]) -> Told:
        """Have these read; returns at once what is known of it."""
        asking, refused = False, {}
        for wanted in unread:
            future = self._asked.get(wanted)
            if future is not None and future.done():
                del self._asked[wanted]
                if (why := future.result()) is not None:
                    self._refused[wanted] = (self._now(), why)
            at, why = self._refused.get(wanted, (0.0, None))
            if why is not None and self._now() - at < AGAIN:
                refused[wanted] = why
                continue
            self._refused.pop(wanted, None)
            if wanted not in self._asked:
                self._asked[wanted] = self._pool.submit(self._ask, wanted)
            asking = True
        return Told(asking, refused)

    def close(self) -> None:
        """Ask nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, wanted: str) -> NotTold | None:
        try:
            return self._read(wanted)
        except Exception as error:  # noqa: BLE001 – an answer that makes no sense tells nothing, and holds nothing up
            return NotTold(type(error).__name__)
