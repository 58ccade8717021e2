"""Operating time: how long a method may work for one application within ten minutes. No I/O.

https://apidocs.bitrix24.com/limits.html
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

PARTS = 10
"""The window is counted in so many buckets."""

Key = tuple[str, str]
"""The application or webhook, and the method."""


@dataclass
class Work:
    """What one application's calls of one method took: seconds in each bucket, the oldest first, and their sum."""

    buckets: deque[list[float]] = field(default_factory=deque)
    total: float = 0.0


@dataclass
class Operating:
    """Seconds of work for each (application, method) in the window; `limit` 0 refuses nothing.

    A request in which a method worked no more than `least` seconds is not counted.
    """

    limit: float = 480.0
    window: float = 600.0
    least: float = 0.0
    _work: dict[Key, Work] = field(default_factory=dict)

    def blocked(self, key: Key, now: float) -> bool:
        """Return whether the limit is passed: it is checked before a call, so the crossing call completes."""
        return bool(self.limit) and self.spent(key, now) > self.limit

    def add(self, key: Key, seconds: float, now: float) -> None:
        """Count `seconds` of work."""
        work = self._work.setdefault(key, Work())
        bucket = now // (self.window / PARTS)
        if work.buckets and work.buckets[-1][0] == bucket:
            work.buckets[-1][1] += seconds
        else:
            work.buckets.append([bucket, seconds])
        work.total += seconds

    def spent(self, key: Key, now: float) -> float:
        """Return the seconds still in the window."""
        work = self._work.get(key)
        if work is None:
            return 0.0
        oldest = now // (self.window / PARTS) - PARTS
        if work.buckets and work.buckets[0][0] <= oldest:
            while work.buckets and work.buckets[0][0] <= oldest:
                work.buckets.popleft()
            work.total = sum(seconds for _, seconds in work.buckets)
        return work.total

    def reset_at(self, key: Key, now: float) -> float:
        """Return the Unix time at which the oldest bucket leaves the window."""
        work = self._work.get(key)
        first = work.buckets[0][0] if work and work.buckets else now // (self.window / PARTS)
        return (first + PARTS) * self.window / PARTS

    def clear(self) -> None:
        """Forget all work."""
        self._work.clear()
