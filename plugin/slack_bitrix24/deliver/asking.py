"""What a lane asks its portal beside what it delivers: who somebody is, whether tags are kept. Within the limits."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.errors import Bitrix24Error, Verdict

LOOK = 1.0
"""Seconds between looks at limits that are used up."""


class Budget(Protocol):
    """The limits that a lane's threads share; `change` runs under their lock."""

    def change(self, operation: Callable[[Limits, float], Limits]) -> Limits:
        """Put what the operation makes of the limits (at this moment) in their place; return that."""
        ...


class Asking:
    """Makes single calls of a portal; `ending` is set when the process ends."""

    def __init__(self, portal: Portal, budget: Budget, ending: threading.Event) -> None:
        self._portal, self._budget, self._ending = portal, budget, ending

    def ask(self, call: Call) -> Answer:
        """Return the answer to one call, made when the limits let it. Raise `Bitrix24Error`."""
        sent = {call.method: 1}
        self._wait_for_place(sent)
        try:
            answer = self._portal.client.call(call)
        except Bitrix24Error as error:
            failure = error  # the handler's own name ends with it
            self._budget.change(lambda limits, now: limits.refused(failure, now, sent=sent, method=call.method))
            raise
        self._budget.change(lambda limits, now: limits.observe({call.method: [answer.time]}, now, sent=sent))
        return answer

    def ask_all(self, calls: Sequence[Call]) -> list[Answer]:
        """Return the answers to up to fifty calls of one method, in one request. Raise `Bitrix24Error`."""
        if len(calls) == 1:
            return [self.ask(calls[0])]
        sent = dict(Counter(call.method for call in calls))
        self._wait_for_place(sent)
        try:
            results = self._portal.client.batch({f"c{number}": call for number, call in enumerate(calls)}).results
        except Bitrix24Error as error:
            failure = error
            self._budget.change(lambda limits, now: limits.refused(failure, now, sent=sent))
            raise
        # What was answered has cost operating time, whatever became of the others.
        answers = [result for result in results.values() if isinstance(result, Answer)]
        times = {calls[0].method: [answer.time for answer in answers]}
        self._budget.change(lambda limits, now: limits.observe(times, now, sent=sent))
        for result in results.values():
            if isinstance(result, Bitrix24Error):
                raise result
        return answers

    def _wait_for_place(self, sent: dict[str, int]) -> None:
        """Take a place in the limits when there is one. Raise `Bitrix24Error` where the process ends before."""
        while (wait := self._taken(sent)) > 0:
            if self._ending.wait(min(LOOK, wait)):
                raise Bitrix24Error("not asked: this process ends", verdict=Verdict.AGAIN)

    def _taken(self, sent: dict[str, int]) -> float:
        """Take a place, and return 0; or return after how many seconds there will be one."""
        waits = [0.0]

        def take(limits: Limits, now: float) -> Limits:
            waits[0] = limits.ready_for(sent, now) - now
            return limits.take(now, sent) if waits[0] <= 0 else limits

        self._budget.change(take)
        return waits[0]
