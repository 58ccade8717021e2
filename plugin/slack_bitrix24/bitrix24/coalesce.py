"""Notifications that wait at the same time go in one batch: threads, the queue and what is in flight.

A request costs a place in the portal's bucket, whether it carries 1 or 50. While the bucket is nearly empty a lone
notification goes at once; when places get scarce, one that is not in a full batch waits a moment for company.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.notify import Item, again, choose, without
from slack_bitrix24.bitrix24.pacing import Clock, Pacer
from slack_bitrix24.bitrix24.rest import Answer
from slack_bitrix24.errors import Bitrix24Error, Verdict

COMPANY: Final = 0.025
"""Seconds for which a notification waits for company while places are scarce."""
COMPANY_IN_FLIGHT: Final = 0.25
"""The same while another request is in flight: half the time in which a standard portal frees a place."""
LONG: Final = 60.0
"""Seconds between looks at what waits for something that no clock foretells."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """What those in one request share: how many they are, and the chance that spreads repeats without parting them."""

    size: int
    jitter: float


class Coalescer:
    """Sends items in as few requests as the limits ask for. Threads start when there is work and end with it."""

    def __init__(
        self,
        client: Client,
        pacer: Pacer,
        *,
        clock: Clock,
        slots: AbstractContextManager[Any],
        in_flight: int = 4,
        retry_for: float = 900.0,
    ) -> None:
        self._client = client
        self._pacer = pacer
        self._clock = clock
        self._slots = slots
        self._in_flight = in_flight
        self._retry_for = retry_for
        self._queue: deque[Item] = deque()
        self._busy: set[str] = set()
        self._bell = threading.Condition()
        self._workers = 0
        self._flying = 0
        self._waiting = False
        self._closed = False

    def submit(self, items: Sequence[Item], *, here: bool = False) -> None:
        """Put items into the queue. `here`: work in this thread until the last of them is done or others see to it."""
        with self._bell:
            if self._closed:
                raise Bitrix24Error("this client is closed", verdict=Verdict.AGAIN)
            self._queue.extend(items)
            self._bell.notify_all()
            if not here or self._workers >= self._in_flight or self._waiting:
                self._hire()
                return
            self._workers += 1
        self._work(items[-1].future)

    def close(self, timeout: float) -> None:
        """Wait until all is sent, at most `timeout` seconds; the rest fails with `Verdict.AGAIN` (it was not sent)."""
        end = self._clock.now() + timeout
        with self._bell:
            self._closed = True
            while (self._queue or self._flying) and (left := end - self._clock.now()) > 0:
                self._clock.wait(self._bell, left)
            rest = list(self._queue)
            self._queue.clear()
            self._bell.notify_all()
        for item in rest:
            _fail(item, Bitrix24Error("the client was closed before this was sent", verdict=Verdict.AGAIN))

    def _hire(self) -> None:
        """Start a thread if there is work that none of the others sees to. The bell is held."""
        if self._queue and self._workers < self._in_flight and not self._waiting:
            self._workers += 1
            threading.Thread(target=self._work, name="bitrix24", daemon=True).start()

    def _work(self, until: Future[Any] | None = None) -> None:
        try:
            while items := self._next(until):
                self._fly(items)
        except BaseException:
            # An interrupt in a caller's own thread: somebody else sees to what is left.
            with self._bell:
                self._workers -= 1
                self._hire()
            raise

    def _next(self, until: Future[Any] | None) -> list[Item]:
        """Wait for the next batch that may go, and take it; nothing when this thread is not needed any more."""
        with self._bell:
            while self._queue and not self._waiting and not (until and until.done()):
                items, seconds = self._choice()
                if items:
                    self._flying += 1
                    self._busy.update(item.tag for item in items if item.tag)
                    self._hire()
                    return items
                self._waiting = True
                try:
                    self._clock.wait(self._bell, seconds)
                finally:
                    self._waiting = False
            self._workers -= 1
            self._hire()
            return []

    def _choice(self) -> tuple[list[Item], float]:
        """Return a batch and take it off the queue and the limits, or the seconds until it is worth another look."""
        now = self._clock.now()
        items, wake = choose(self._queue, busy=self._busy, now=now)
        if not items:
            return [], min(LONG, wake - now)
        if (alone := self._alone_for(items, now)) > 0:
            return [], min(alone, wake - now)
        counts = Counter(item.call.method for item in items)
        seconds = self._pacer.take(counts)
        # Nothing is in flight whose answer could make room: a smaller request goes now rather than none.
        if seconds > 0 and not self._flying:
            items = self._that_fit(items)
            counts = Counter(item.call.method for item in items)
            seconds = self._pacer.take(counts) if items else seconds
        if seconds > 0:
            return [], seconds
        self._queue = without(self._queue, items)
        return items, 0.0

    def _alone_for(self, items: Sequence[Item], now: float) -> float:
        """Return how much longer an unfilled batch waits for company."""
        if len(items) >= items[0].together or not self._pacer.is_scarce():
            return 0.0
        most = COMPANY_IN_FLIGHT if self._flying else COMPANY
        return max(items[0].since, items[0].not_before) + most - now

    def _that_fit(self, items: Sequence[Item]) -> list[Item]:
        """Return as many of the items as their method's operating time has room for."""
        method = items[0].call.method
        return [item for item in items if item.call.method == method][: self._pacer.fits(method)]

    def _fly(self, items: list[Item]) -> None:
        # A future that was cancelled while it waited is not sent.
        going = [item for item in items if item.attempts or item.future.set_running_or_notify_cancel()]
        back: list[Item] = []
        try:
            back = self._sent(going) if going else []
        except BaseException as error:
            for item in going:
                if not item.future.done():
                    item.future.set_exception(error)
            if not isinstance(error, Exception):
                raise
        finally:
            with self._bell:
                self._flying -= 1
                self._busy.difference_update(item.tag for item in items)
                # In front, so that nothing newer of their tags gets ahead of them.
                self._queue.extendleft(reversed(back))
                self._bell.notify_all()

    def _sent(self, items: list[Item]) -> list[Item]:
        """Send the items in one request, tell their waiters, and return those that go out again."""
        counts = Counter(item.call.method for item in items)
        try:
            results = self._asked(items)
        except Bitrix24Error as error:
            self._pacer.failed(error, sent=counts)
            if error.verdict is Verdict.PORTAL:
                self._stop(error)
            results = [error] * len(items)
        else:
            self._learn(items, results, counts)
        flight = _Flight(len(items), random.random())  # noqa: S311 - not for secrets: it spreads repeats
        return [item for item, got in zip(items, results, strict=True) if not self._settled(item, got, flight)]

    def _asked(self, items: list[Item]) -> list[Answer | Bitrix24Error]:
        with self._slots:
            if len(items) == 1:
                return [self._client.call(items[0].call)]
            answer = self._client.batch({f"n{index}": item.call for index, item in enumerate(items)})
            return list(answer.results.values())

    def _learn(self, items: Sequence[Item], results: Sequence[Answer | Bitrix24Error], sent: Mapping[str, int]) -> None:
        times: dict[str, list[Mapping[str, Any]]] = {}
        refused: dict[str, Bitrix24Error] = {}
        for item, got in zip(items, results, strict=True):
            if isinstance(got, Answer):
                times.setdefault(item.call.method, []).append(got.time)
            elif got.code.upper() == "OPERATION_TIME_LIMIT":
                refused[item.call.method] = got
        self._pacer.answered(times, sent=sent)
        for method, error in refused.items():
            self._pacer.refused(method, error)

    def _settled(self, item: Item, got: Answer | Bitrix24Error, flight: _Flight) -> bool:
        """Tell the waiter; return False, telling nobody, when the item goes out again."""
        if isinstance(got, Answer):
            item.future.set_result(got.result)
            return True
        now = self._clock.now()
        item.give_up_at = item.give_up_at or now + self._retry_for
        if again(item, got, company=flight.size, now=now, jitter=flight.jitter) and not self._closed:
            return False
        _fail(item, got)
        return True

    def _stop(self, error: Bitrix24Error) -> None:
        """Fail all that waits: no call of this portal would do better."""
        with self._bell:
            waiting = list(self._queue)
            self._queue.clear()
        for item in waiting:
            _fail(item, error)


def _fail(item: Item, error: Bitrix24Error) -> None:
    if item.unknown and error.verdict in (Verdict.AGAIN, Verdict.PORTAL):
        told = f"{error.description}; an earlier attempt may have been executed"
        error = error.but(told, verdict=Verdict.UNKNOWN)
    if item.attempts or item.future.set_running_or_notify_cancel():
        item.future.set_exception(error.but())  # each waiter raises, and so marks, its own
