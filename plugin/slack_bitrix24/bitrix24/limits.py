"""When the next request may go: the leaky bucket and both limits together. No I/O, `now` is an argument.

A portal counts the requests from one address; the counter sinks by `rate` a second, and a request that finds it above
`capacity` is refused. What a method may cost is in `operating`. https://apidocs.bitrix24.com/limits.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from slack_bitrix24.bitrix24.operating import OPERATING_LIMIT, Operating
from slack_bitrix24.errors import Bitrix24Error, Verdict

PLANS: Final = {"standard": (50, 2.0), "enterprise": (250, 5.0)}
"""Capacity in requests and rate in requests a second, by the plan's name."""

MARGIN: Final = 2.0
"""Requests kept free in the bucket: those sent apart may arrive together, and clocks drift."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The portal's counter as we reckon it: it stood at `level` at the moment `at` (seconds of any one clock)."""

    capacity: float
    rate: float
    level: float = 0.0
    at: float = 0.0

    def level_at(self, now: float) -> float:
        """Return the level at `now`. A clock that ran backwards drains nothing."""
        return max(0.0, self.level - max(0.0, now - self.at) * self.rate)

    def ready_at(self, now: float) -> float:
        """Return the first moment, not before `now`, at which one more request fits."""
        over = self.level_at(now) + 1.0 - self.capacity
        # A hair over nothing is arithmetic, not a full bucket.
        return now if over <= 1e-9 else now + over / self.rate

    def take(self, now: float) -> Bucket:
        """Return the bucket after one request."""
        return replace(self, level=self.level_at(now) + 1.0, at=max(now, self.at))

    def refused(self, now: float) -> Bucket:
        """Return the bucket after a refusal: it was full, so the next request waits for one to drain."""
        return replace(self, level=max(self.capacity, self.level_at(now)), at=max(now, self.at))


@dataclass(frozen=True, slots=True)
class Limits:
    """Both limits of one portal, as one webhook or application meets them."""

    bucket: Bucket
    operating: Operating

    @classmethod
    def of(cls, plan: str = "standard", *, operating_limit: float = OPERATING_LIMIT, now: float = 0.0) -> Limits:
        """Return the limits of a portal that has been idle. `operating_limit` in seconds of ten minutes, 0 for none."""
        capacity, rate = PLANS[plan]
        return cls.of_bucket(capacity, rate, operating_limit=operating_limit, now=now)

    @classmethod
    def of_bucket(
        cls, capacity: float, rate: float, *, operating_limit: float = OPERATING_LIMIT, now: float = 0.0
    ) -> Limits:
        """Return the same for a portal with a bucket of its own (on-premise): requests, and requests a second."""
        return cls(Bucket(max(1.0, capacity - MARGIN), rate, at=now), Operating(limit=operating_limit))

    def full(self, now: float) -> Limits:
        """Return these with the bucket full: what an heir without news of the last sender has to assume."""
        return replace(self, bucket=replace(self.bucket, level=self.bucket.capacity, at=now))

    def ready_at(self, method: str, commands: int, now: float) -> float:
        """Return when one request with so many commands of a method may go, not before `now`."""
        return self.ready_for({method: commands}, now)

    def ready_for(self, counts: Mapping[str, int], now: float) -> float:
        """Return when one request with these commands, counted by method, may go, not before `now`."""
        return max(self.bucket.ready_at(now), self.operating.ready_for(counts, now))

    def take(self, now: float, counts: Mapping[str, int] | None = None) -> Limits:
        """Return the limits after a request with these commands was sent; give them to `observe` or `refused` then."""
        return Limits(self.bucket.take(now), self.operating.reserve(counts or {}, now))

    def observe(
        self,
        times: Mapping[str, Sequence[Mapping[str, Any]]],
        now: float,
        *,
        sent: Mapping[str, int] | None = None,
    ) -> Limits:
        """Return the limits after an answer.

        `times` holds the `time` objects of the commands that were run, by method, in the order of execution. `sent` is
        what was given to `take`; without it each method sent as many as `times` holds.
        """
        counts = {method: len(each) for method, each in times.items()} if sent is None else sent
        return replace(self, operating=self.operating.observe(times, now, sent=counts))

    def refused(
        self, error: Bitrix24Error, now: float, *, sent: Mapping[str, int] | None = None, method: str = ""
    ) -> Limits:
        """Return the limits after a failed request with the commands `sent`, or after one refused command of `method`.

        A refusal corrects what was reckoned; an answer that never came is reckoned as work done.
        """
        operating = self.operating
        if error.verdict is Verdict.UNKNOWN:
            return replace(self, operating=operating.lost(sent or {}, now))
        operating = operating.observe({}, now, sent=sent or {})
        code = error.code.upper()
        if code == "OPERATION_TIME_LIMIT":
            for name in [method] if method else list(sent or {}):
                operating = operating.refused(name, now, error.retry_after)
            return replace(self, operating=operating)
        full = code == "QUERY_LIMIT_EXCEEDED" or error.status == 429
        return Limits(self.bucket.refused(now) if full else self.bucket, operating)

    def dump(self) -> str:
        """Return the state as JSON text, for a database row or a file."""
        bucket = {"level": self.bucket.level, "at": self.bucket.at}
        return json.dumps({"bucket": bucket, "operating": self.operating.dump()}, separators=(",", ":"))

    def load(self, text: str, now: float) -> Limits:
        """Return these limits with the state of `dump`. With a text that can't be read the bucket counts as full."""
        try:
            data = json.loads(text)
            level, at = float(data["bucket"]["level"]), float(data["bucket"]["at"])
            operating = self.operating.load(data["operating"])
        except (ValueError, TypeError, KeyError, AttributeError):
            return self.full(now)
        if not (math.isfinite(level) and math.isfinite(at)):
            return self.full(now)
        # A moment ahead of this clock was written by another clock, or before ours was set back.
        return Limits(replace(self.bucket, level=max(0.0, level), at=min(at, now)), operating)
