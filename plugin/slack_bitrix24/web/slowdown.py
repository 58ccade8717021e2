"""Wrong secrets are answered the slower, the more of them come from one address. No I/O; `now` is an argument."""

from __future__ import annotations

FREE = 5
"""Wrong ones that are answered at once: a person who sets something up."""
LEAK = 2.0
"""Seconds after which one wrong one is forgotten."""
LONGEST = 5.0
"""Seconds; senders wait no longer for an answer."""
KNOWN = 10_000
"""Addresses that are remembered; the memory of more would be the attack."""


class Slowdown:
    """How many wrong secrets came from which address lately."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}

    def wrong(self, peer: str, *, now: float) -> float:
        """Note a wrong secret; return for how many seconds its answer waits."""
        level, at = self._levels.pop(peer, (0.0, now))
        level = max(0.0, level - (now - at) / LEAK) + 1
        self._levels[peer] = (level, now)
        while len(self._levels) > KNOWN:
            del self._levels[next(iter(self._levels))]  # the one that was wrong the longest ago
        return min(LONGEST, 0.25 * 2 ** min(level - FREE - 1, 10)) if level > FREE else 0.0
