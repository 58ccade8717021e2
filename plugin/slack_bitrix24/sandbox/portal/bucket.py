"""The leaky bucket: how many requests a second an address may send to the portal. No I/O.

https://apidocs.bitrix24.com/limits.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

PLANS: dict[str, tuple[float, float] | None] = {"standard": (50, 2.0), "enterprise": (250, 5.0), "off": None}
"""(capacity, requests a second) of the commercial plans."""


@dataclass
class Buckets:
    """One bucket for each source address; a refused request adds nothing (not documented)."""

    plan: tuple[float, float] | None
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, address: str, now: float) -> bool:
        """Count one request; False when it must be refused."""
        if self.plan is None:
            return True
        level = self.level(address, now)
        if level > self.plan[0]:
            self._levels[address] = (level, now)
            return False
        self._levels[address] = (level + 1, now)
        return True

    def level(self, address: str, now: float) -> float:
        """Return how full the bucket is; requests."""
        if self.plan is None:
            return 0.0
        level, at = self._levels.get(address, (0.0, now))
        return max(0.0, level - self.plan[1] * max(0.0, now - at))

    def clear(self) -> None:
        """Empty all buckets."""
        self._levels.clear()


def plan_of(text: str) -> tuple[float, float] | None:
    """Return the plan called `text`, or read "capacity,rate"; ValueError when it is neither."""
    if text in PLANS:
        return PLANS[text]
    capacity, _, rate = text.partition(",")
    try:
        return float(capacity), float(rate)
    except ValueError:
        raise ValueError(f"{text}: a plan is one of {', '.join(PLANS)} or CAPACITY,RATE") from None
