"""How often a password may be tried. No I/O; `now` is an argument (seconds of any one clock).

A leaky bucket for each address, and one for all together, so that many addresses are no way desk it.
"""

from __future__ import annotations

EACH, EACH_LEAK = 8, 15.0
"""Wrong ones that an address may have at once, and the seconds after which one of them is forgotten."""
ALL, ALL_LEAK = 60, 2.0
KNOWN = 10_000
"""Addresses that are remembered; the memory of more would be the attack."""


class Tries:
    """Wrong passwords of late."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}
        self._all = (0.0, 0.0)

    def wait(self, peer: str, *, now: float) -> float:
        """Return for how many seconds nobody may try from there; 0 = now."""
        own = _left(self._levels.get(peer, (0.0, now)), EACH_LEAK, now)
        every = _left(self._all, ALL_LEAK, now)
        return max(0.0, (own + 1 - EACH) * EACH_LEAK, (every + 1 - ALL) * ALL_LEAK)

    def wrong(self, peer: str, *, now: float) -> None:
        """Note a wrong one."""
        self._levels[peer] = (_left(self._levels.pop(peer, (0.0, now)), EACH_LEAK, now) + 1, now)
        self._all = (_left(self._all, ALL_LEAK, now) + 1, now)
        while len(self._levels) > KNOWN:
            del self._levels[next(iter(self._levels))]

    def right(self, peer: str) -> None:
        """Forget the wrong ones of an address."""
        self._levels.pop(peer, None)


def _left(level: tuple[float, float], leak: float, now: float) -> float:
    return max(0.0, level[0] - (now - level[1]) / leak)
