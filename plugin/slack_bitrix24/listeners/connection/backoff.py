"""How long to wait before the next connection to Slack is asked for. No I/O.

`apps.connections.open` is for a request a minute, with some more now and then
(https://docs.slack.dev/reference/methods/apps.connections.open): a connection that was up is replaced at once, anything
else ever more rarely.
"""

from __future__ import annotations

from dataclasses import dataclass

STEADY = 10.0
"""Seconds after which a connection is taken to have been a good one."""
LONGEST = 30.0
"""Seconds between two attempts, at most, while there is no connection."""
RARELY = 300.0
"""Seconds between attempts at a connection that Slack refuses while it keeps up another."""
REFUSALS = 3
"""Refusals in a row that tell a rule from an accident."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What came of the last attempts; `pause` is in seconds."""

    failures: int = 0
    refusals: int = 0
    pause: float = 0.0

    def failed(self, *, refused: bool = False, alone: bool = True, at_least: float = 0.0) -> Pace:
        """Return the pace after an attempt without a connection; `alone`: there is no other connection."""
        refusals = self.refusals + 1 if refused else 0
        pause = RARELY if refusals >= REFUSALS and not alone else _pause(self.failures + 1)
        return Pace(self.failures + 1, refusals, max(pause, at_least))

    def ended(self, lasted: float) -> Pace:
        """Return the pace after a connection that was up for so many seconds; one short one is no failure yet."""
        return Pace() if lasted >= STEADY else Pace(self.failures + 1, 0, _pause(self.failures))


def _pause(failures: int) -> float:
    return min(LONGEST, 2.0 ** min(failures - 1, 10)) if failures else 0.0
