"""The operating time of each method: what ten minutes of its work have cost, and what fits now. No I/O.

A portal adds up how long each method worked for one webhook or application, in ten buckets of one minute; a call that
finds the sum at the limit is refused (429 OPERATION_TIME_LIMIT). Each answer tells the sum (`operating`) and when the
oldest bucket leaves it (`operating_reset_at`, the portal's clock). https://apidocs.bitrix24.com/limits.html
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

OPERATING_LIMIT: Final = 420.0
"""Seconds that a method may work in ten minutes, until the portal shows that it lets more through.

The documents say 480; the default of Bitrix24's server source, main 26.150 (2026-03), is 420.
"""
WINDOW: Final = 600.0
"""Seconds over which a portal adds up."""
MINUTE: Final = 60.0
"""Seconds of one of its ten buckets."""
FIRST_GUESS: Final = 1.2
"""Seconds that a call is taken to cost before the first answer tells: fifty of them end with Bitrix24's 60 s."""
RESERVED_FOR: Final = 120.0
"""Seconds for which requests without an answer are reckoned with, from the first: twice what Bitrix24 gives one."""
SHORTEST_PAUSE: Final = 10.0
"""Seconds that a method waits after a refusal, at least: the oldest bucket that we know of may be over already."""
SHOWN: Final = " shown"
"""The key under which `dump` keeps what was shown: no method's name."""
USABLE: Final = 0.98
"""Share of the limit that is used: what calls cost varies, and the portal rounds."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one method has cost: seconds by the moment its one-minute bucket began, oldest first.

    `cost` is the estimate for one call; `open` counts calls sent and not answered, forgotten at `open_until`;
    `told` is the portal's moment of the newest sum it told us; `blocked_until` follows a refusal.
    """

    buckets: tuple[tuple[float, float], ...] = ()
    cost: float = FIRST_GUESS
    known: bool = False
    open: int = 0
    open_until: float = 0.0
    told: float = 0.0
    blocked_until: float = 0.0

    def alive(self, now: float) -> Use:
        """Return this use at `now`: buckets older than the window and lost reservations are gone."""
        buckets = tuple(bucket for bucket in self.buckets if bucket[0] + WINDOW > now)
        return replace(self, buckets=buckets, open=self.open if now < self.open_until else 0)

    def total(self) -> float:
        """Return the seconds in the window, those of open calls included."""
        return sum(seconds for _, seconds in self.buckets) + self.open * self.cost

    def add(self, seconds: float, now: float) -> Use:
        """Return this use with more seconds, in the newest bucket where its minute still runs."""
        if not self.buckets or now >= self.buckets[-1][0] + MINUTE:
            return replace(self, buckets=(*self.buckets, (now, seconds)))
        begin, before = self.buckets[-1]
        return replace(self, buckets=(*self.buckets[:-1], (begin, before + seconds)))

    def reduce(self, seconds: float) -> Use:
        """Return this use with fewer seconds: the oldest are the ones that the portal has already let go."""
        kept = []
        for begin, before in self.buckets:
            off = min(before, seconds)
            seconds -= off
            if before > off:
                kept.append((begin, before - off))
        return replace(self, buckets=tuple(kept))

    def oldest_begins(self, begin: float, now: float) -> Use:
        """Return this use with the oldest bucket's beginning as the portal tells it, if that can be."""
        newest = self.buckets[1][0] if len(self.buckets) > 1 else now
        if not self.buckets or not now - WINDOW < begin <= newest:
            return self
        return replace(self, buckets=((begin, self.buckets[0][1]), *self.buckets[1:]))


@dataclass(frozen=True, slots=True)
class Operating:
    """All methods of one webhook or application at one portal; `limit` seconds in ten minutes, 0 for no limit."""

    limit: float = OPERATING_LIMIT
    uses: Mapping[str, Use] = field(default_factory=dict)
    shown: float = 0.0

    @property
    def allowed(self) -> float:
        """Return the limit that is reckoned with: as much as the portal has `shown` to let through, if that is more."""
        return max(self.limit, self.shown)

    def use(self, method: str, now: float) -> Use:
        """Return what a method has cost, at `now`."""
        return self.uses.get(method.lower(), Use()).alive(now)

    def seconds(self, now: float) -> dict[str, float]:
        """Return each method's seconds in the window."""
        return {method: self.use(method, now).total() for method in self.uses}

    def fits(self, method: str, now: float) -> int:
        """Return how many calls of a method fit now (a large number where there is no limit)."""
        if not self.limit:
            return 1_000_000
        use = self.use(method, now)
        if now < use.blocked_until:
            return 0
        # A hair more, because a quotient that is a whole number may come out just below it.
        return max(0, int((self.allowed * USABLE - use.total()) / use.cost + 1e-9)) if use.cost > 0 else 1_000_000

    def ready_for(self, counts: Mapping[str, int], now: float) -> float:
        """Return when these calls, counted by method, fit, not before `now`.

        More calls than ever fit wait for an empty window.
        """
        if not self.limit:
            return now
        return max((self._ready(self.use(method, now), count, now) for method, count in counts.items()), default=now)

    def _ready(self, use: Use, count: int, now: float) -> float:
        over = use.total() + count * use.cost - self.allowed * USABLE
        ready = max(now, use.blocked_until)
        if over <= 1e-9:
            return ready
        for begin, seconds in use.buckets:
            over -= seconds
            ready = max(ready, begin + WINDOW)
            if over <= 1e-9:
                return ready
        # What is left are open calls: their answers will tell. An empty window takes any request.
        return ready if use.buckets or not use.open else max(ready, use.open_until)

    def reserve(self, counts: Mapping[str, int], now: float) -> Operating:
        """Return this with calls sent and not yet answered."""
        if not self.limit or not counts:
            return self
        uses = dict(self.uses)
        for method, count in counts.items():
            use = self.use(method, now)
            # By the first of them: else what a killed process had sent would stay reckoned with as long as others send.
            until = use.open_until if use.open else now + RESERVED_FOR
            uses[method.lower()] = replace(use, open=use.open + count, open_until=until)
        return replace(self, uses=uses)

    def observe(
        self, times: Mapping[str, Sequence[Mapping[str, Any]]], now: float, *, sent: Mapping[str, int]
    ) -> Operating:
        """Return this after an answer: calls `sent` are no longer open; `times` are those of the calls that were run.

        Each method's `time` objects stand in the order of execution.
        """
        if not self.limit:
            return self
        uses = dict(self.uses)
        for method in {*times, *sent}:
            use = self.use(method, now)
            use = replace(use, open=max(0, use.open - sent.get(method, 0)))
            told = [time for time in times.get(method, ()) if time]
            uses[method.lower()] = _learned(use, told, now) if told else use
        # What was let through had this sum before it: after it the sum may be over any limit.
        begun = [(_float(time.get("operating")) or 0.0) - _spent(time) for each in times.values() for time in each]
        most = max(begun, default=0.0)
        return replace(self, uses=uses, shown=max(self.shown, most) if most > self.limit else self.shown)

    def lost(self, sent: Mapping[str, int], now: float) -> Operating:
        """Return this after an answer that never came: the calls are taken to have been run at the estimated cost."""
        if not self.limit:
            return self
        uses = dict(self.uses)
        for method, count in sent.items():
            use = self.use(method, now)
            uses[method.lower()] = replace(use, open=max(0, use.open - count)).add(count * use.cost, now)
        return replace(self, uses=uses)

    def refused(self, method: str, now: float, retry_after: float) -> Operating:
        """Return this after a refusal: the method waits until its oldest bucket leaves, or `retry_after` seconds."""
        use = self.use(method, now)
        until = use.buckets[0][0] + WINDOW if use.buckets else now + retry_after
        blocked = replace(use, blocked_until=max(until, now + SHORTEST_PAUSE))
        return replace(self, uses={**self.uses, method.lower(): blocked})

    def dump(self) -> dict[str, list[Any]]:
        """Return the state as JSON values."""
        used: dict[str, list[Any]] = {
            method: [list(map(list, u.buckets)), u.cost, u.known, u.open, u.open_until, u.told, u.blocked_until]
            for method, u in self.uses.items()
        }
        return {**used, SHOWN: [self.shown]} if self.shown else used

    def load(self, data: Mapping[str, list[Any]]) -> Operating:
        """Return this limit with the state of `dump`; anything else raises ValueError, TypeError or AttributeError."""
        uses = {}
        (shown,) = data.get(SHOWN, [0.0])
        used = {method: use for method, use in data.items() if method != SHOWN}
        for method, (buckets, cost, known, count, until, told, blocked) in used.items():
            pairs = tuple((float(begin), float(seconds)) for begin, seconds in buckets)
            uses[method] = Use(pairs, float(cost), bool(known), int(count), float(until), float(told), float(blocked))
        return replace(self, uses=uses, shown=float(shown))


def _learned(use: Use, told: Sequence[Mapping[str, Any]], now: float) -> Use:
    use = _cost_learned(use, told)
    last = told[-1]
    finish, operating = _float(last.get("finish")), _float(last.get("operating"))
    if operating is None:
        return use.add(sum(_spent(time) for time in told), now)
    if finish is not None and finish < use.told:
        return use  # a newer answer has already told a newer sum
    reset = _float(last.get("operating_reset_at"))
    # By the difference of two of the portal's moments: its clock and ours need not agree.
    begin = None if reset is None or finish is None else now + (reset - finish) - WINDOW
    use = replace(use, told=finish or use.told)
    if not use.buckets and begin is not None:
        return _spread(use, operating, begin=begin, now=now)
    known = sum(seconds for _, seconds in use.buckets)
    use = use.add(operating - known, now) if operating >= known else use.reduce(known - operating)
    return use if begin is None else use.oldest_begins(begin, now)


def _spread(use: Use, seconds: float, *, begin: float, now: float) -> Use:
    """Return the use with seconds that were spent before we watched, evenly over the minutes since `begin`."""
    begin = min(max(begin, now - WINDOW + 1.0), now)
    minutes = int((now - begin) // MINUTE) + 1
    return replace(use, buckets=tuple((begin + i * MINUTE, seconds / minutes) for i in range(minutes)))


def _cost_learned(use: Use, told: Sequence[Mapping[str, Any]]) -> Use:
    """Return the use with its estimate moved a fifth of the way to what these calls cost on average.

    The steps of `operating` tell what the portal counts; they are too large while other batches run beside this one,
    and right again when a limit near leaves this one alone. `duration` may count less.
    """
    sums = [value for time in told if (value := _float(time.get("operating"))) is not None]
    steps = [after - before for before, after in itertools.pairwise(sums) if after > before]
    seen = sum(steps) / (len(sums) - 1) if steps else sum(_spent(time) for time in told) / len(told)
    return replace(use, known=True, cost=use.cost + (seen - use.cost) * 0.2 if use.known else seen)


def _spent(time: Mapping[str, Any]) -> float:
    return max(0.0, _float(time.get("duration")) or _float(time.get("processing")) or 0.0)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
