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
class Operating:
    """Seconds of work for each (application, method) in the window; `limit` 0 refuses nothing."""

    limit: float = 480.0
    window: float = 600.0
    _spent: dict[Key, deque[list[float]]] = field(default_factory=dict)

    def blocked(self, key: Key, now: float) -> bool:
        """Return whether the limit is passed: it is checked before a call, so the crossing call completes."""
        return bool(self.limit) and self.spent(key, now) > self.limit

    def add(self, key: Key, seconds: float, now: float) -> None:
        """Count `seconds` of work."""
        slots = self._spent.setdefault(key, deque())
        slot = now // (self.window / PARTS)
        if slots and slots[-1][0] == slot:
            slots[-1][1] += seconds
        else:
            slots.append([slot, seconds])

    def spent(self, key: Key, now: float) -> float:
        """Return the seconds still in the window."""
        slots = self._spent.get(key)
        if not slots:
            return 0.0
        oldest = now // (self.window / PARTS) - PARTS
        while slots and slots[0][0] <= oldest:
            slots.popleft()
        return sum(seconds for _, seconds in slots)

    def reset_at(self, key: Key, now: float) -> float:
        """Return the Unix time at which the oldest bucket leaves the window."""
        slots = self._spent.get(key)
        first = slots[0][0] if slots else now // (self.window / PARTS)
        return (first + PARTS) * self.window / PARTS

    def clear(self) -> None:
        """Forget all work."""
        self._spent.clear()
