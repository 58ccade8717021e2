"""The same bytes again, without a key, because their answer was late or lost: one request.

No I/O; `now` is an argument. Senders that know no `Idempotency-Key` repeat what they got no answer to: after 4 s at the
least (Apprise), after 5 and one more (CrowdSec), 10 and 10 more (Zabbix 6.0), at the next flush (Alertmanager 0.25).
What comes twice although the first was answered in time is two messages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from slack_bitrix24.web.request import Answer, Request

SLOW = 3.0
"""Seconds: no sender that was measured gives up before."""
AGAIN = 30.0
"""Seconds after the end of a late answer within which a repeat begins."""
MOST = 1000
"""Answers in doubt that are remembered."""
_PASSING = frozenset({
    "accept", "accept-encoding", "accept-language", "connection", "content-length", "date", "expect", "forwarded",
    "host", "keep-alive", "traceparent", "tracestate", "transfer-encoding", "user-agent", "via", "x-forwarded-for",
    "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-request-id", "x-slack-request-timestamp",
})  # fmt: skip
"""Headers that say nothing of what is posted, and may be others the next time."""

Outcome: TypeAlias = Answer | Literal["kept", ""]
"""The answer; "kept" where only that is known; empty where nothing was taken."""


def sameness(request: Request) -> int:
    """Return what the same request has in common, in this process: by webhook, address, headers and body."""
    kept = request.without_secrets()
    headers = sorted(pair for pair in kept.headers.items() if pair[0] not in _PASSING)
    return hash((kept.sender, kept.hook, kept.method, *sorted(kept.named.items()), kept.query, *headers, kept.body))


@dataclass(slots=True, eq=False)
class Hand:
    """A request in hand, or one whose answer is in doubt. Times are monotonic seconds.

    `scope` is the server's, which notes there that the client has gone; a repeat's takes the place of the first's.
    """

    same: int
    began: float
    scope: MutableMapping[str, Any] = field(repr=False)
    ended: float = 0.0
    outcome: Outcome = ""
    known: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def settle(self, outcome: Outcome) -> None:
        """Say what became of it."""
        self.outcome = outcome
        self.known.set()

    def is_doubtful(self, now: float) -> bool:
        """Tell whether its sender may have gone away without the answer."""
        return bool(self.scope.get("gone")) or (self.ended or now) - self.began >= SLOW


class Repeats:
    """Used from one event loop only."""

    def __init__(self) -> None:
        self._hands: dict[int, list[Hand]] = {}
        self._ended: dict[Hand, None] = {}

    def take(self, same: int, *, scope: MutableMapping[str, Any], now: float) -> tuple[Hand, bool]:
        """Take a request in hand; True with one that it repeats, whose outcome is known or still to come."""
        while self._ended and (oldest := next(iter(self._ended))).ended < now - AGAIN:
            self._drop(oldest)
        for hand in self._hands.get(same, ()):
            if hand.is_doubtful(now):
                self._ended.pop(hand, None)
                hand.began, hand.ended, hand.scope = now, 0.0, scope
                return hand, True
        hand = Hand(same, now, scope)
        self._hands.setdefault(same, []).append(hand)
        return hand, False

    def end(self, hand: Hand, *, scope: MutableMapping[str, Any], now: float) -> None:
        """Note that it was answered, or that nobody was there to answer; its outcome may still be to come."""
        if hand.scope is not scope:  # it was repeated meanwhile, and is the repeat's
            return
        hand.ended = now
        if hand.is_doubtful(now) and (hand.outcome or not hand.known.is_set()):
            self._ended[hand] = None
            while len(self._ended) > MOST:
                self._drop(next(iter(self._ended)))
        else:
            self._drop(hand)

    def left(self, many: Iterable[Request], *, now: float) -> None:
        """Note what a process that was killed had kept: whether it was answered, nobody knows."""
        for request in many:
            scope = {"gone": True}
            hand, _ = self.take(sameness(request), scope=scope, now=now)
            hand.settle("kept")
            self.end(hand, scope=scope, now=now)

    def _drop(self, hand: Hand) -> None:
        self._ended.pop(hand, None)
        others = self._hands.get(hand.same, [])
        if hand in others:
            others.remove(hand)
        if not others:
            self._hands.pop(hand.same, None)
