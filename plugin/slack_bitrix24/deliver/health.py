"""How a portal is, as its lane sees it: well, resting, or stopped and probed now and then. No I/O.

Two things stop a lane. A refusal that every other call would meet too (a revoked webhook, a missing scope, an
overload block) does so at once; one notification is then tried after 5 s, 10 s, 20 s … 5 minutes. Three requests in a
row without an answer of Bitrix24's (unreachable, timed out, an HTML page) do so too; one is then tried after 1 s, 2 s,
4 s … 30 s. The first one that gets through starts the lane again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from slack_bitrix24.errors import Bitrix24Error, Verdict

LOST_IN_A_ROW = 3
"""Requests without an answer after which the portal is taken to be away: one or two are the day's weather."""
AWAY = "NO_ANSWER"
"""The code of a stop for which Bitrix24 has none."""
QUIETLY = 3
"""Probes that fail before people are told of a portal that is away: 7 seconds."""

TOLD_WITHIN = 15.0
"""Seconds after which a lane's last holder is taken to have told people of the stop: by then it is an old one."""


class Sign(Enum):
    """What one request tells about its portal."""

    ANSWERED = "answered"
    """It was admitted and answered, whatever became of its notifications."""
    LIMITED = "limited"
    """It came too early for one of the limits."""
    REFUSED = "refused"
    """No other call of this portal would do better."""
    LOST = "lost"
    """No answer of Bitrix24's came."""
    NOTHING = "nothing"
    """It failed, and that may well be due to what it carried."""


@dataclass(frozen=True, slots=True)
class Health:
    """`code` and `reason` of the stop, if it is stopped; no request goes out before `rest_until`.

    `lost` and `limited` count requests in a row; `probes` those that found it still stopped; `told`: people know.
    """

    code: str = ""
    reason: str = ""
    rest_until: float = 0.0
    lost: int = 0
    limited: int = 0
    probes: int = 0
    told: bool = False

    @classmethod
    def of(cls, code: str, reason: str, probe_at: float, *, lasted: float, begun: bool = False) -> Health:
        """Return the health of a portal that another holder found stopped, so many seconds ago.

        `begun`: this process has only just. Somebody may have mended it, so that an old stop is probed at once.
        """
        old = lasted > TOLD_WITHIN
        return cls(code, reason, 0.0 if begun and old else probe_at, told=old)

    @property
    def stopped(self) -> bool:
        """Tell whether only probes go out."""
        return bool(self.code)

    @property
    def to_tell(self) -> bool:
        """Tell whether people should hear of the stop now."""
        return self.stopped and not self.told and (self.code != AWAY or self.probes >= QUIETLY)

    def after(self, sign: Sign, error: Bitrix24Error | None, *, probe: bool, now: float) -> Health:
        """Return the health after a request. `probe`: it was sent while the lane was stopped."""
        if self.stopped and not probe:
            return self  # sent before the stop: the probes will tell
        if sign is Sign.ANSWERED or error is None:
            return Health()
        if sign is Sign.LIMITED:
            rest = now + limit_pause(self.limited + 1)
            return replace(self, limited=self.limited + 1, rest_until=max(self.rest_until, rest))
        if sign is Sign.NOTHING:
            return self.resting(now) if self.stopped else self
        lost = self.lost + (sign is Sign.LOST)
        if not self.stopped and sign is Sign.LOST and lost < LOST_IN_A_ROW:
            return replace(self, lost=lost)
        if sign is Sign.LOST and self.stopped:
            code, reason = self.code, self.reason  # whatever stopped it stands until a probe tells more
        else:
            code, reason = (error.code or "REFUSED") if sign is Sign.REFUSED else AWAY, str(error)
        same = self.code == code
        stopped = replace(
            self, code=code, reason=reason, lost=lost, probes=self.probes + 1 if same else 0, told=self.told and same
        )
        return stopped.resting(now)

    def resting(self, now: float) -> Health:
        """Return the same, stopped until the next probe is due."""
        return replace(self, rest_until=now + probe_pause(self.probes, away=self.code == AWAY))

    def known(self) -> Health:
        """Return the same, now that people have been told."""
        return replace(self, told=True)


def probe_pause(probes: int, *, away: bool) -> float:
    """Return how many seconds a stopped lane waits before it tries one notification (again)."""
    first, longest = (1.0, 30.0) if away else (5.0, 300.0)
    return min(longest, first * 2.0 ** min(probes, 10))


def limit_pause(limited: int) -> float:
    """Return how long a lane rests after so many refusals for a limit in a row, in seconds.

    The first two correct the model of the limit, and it says when to go on; then something else uses it up too.
    """
    return 0.0 if limited < 3 else min(30.0, 2.0 ** min(limited - 3, 10))


def is_limit(error: Bitrix24Error) -> bool:
    """Tell whether the call came too early for one of the limits."""
    return error.code.upper() in ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT") or (
        error.status == 429 and error.verdict is Verdict.AGAIN
    )
