"""Calls and batches that wait for the portal's limits and are repeated where that is safe."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.codes import not_run
from slack_bitrix24.bitrix24.pacing import Clock, Pacer
from slack_bitrix24.bitrix24.rest import BATCH_LENGTH, Answer, BatchAnswer, Call, alone, refers
from slack_bitrix24.errors import Bitrix24Error, Verdict

T = TypeVar("T")


class Caller:
    """Any call of one portal, within its limits. `retry_for` seconds bound the repeats of each."""

    def __init__(
        self,
        client: Client,
        pacer: Pacer,
        *,
        clock: Clock,
        slots: AbstractContextManager[Any],
        retry_for: float,
    ) -> None:
        self._client = client
        self._pacer = pacer
        self._clock = clock
        self._slots = slots
        self._retry_for = retry_for

    def call(self, call: Call, *, repeatable: bool = False) -> Answer:
        """Return the answer to one call; raise `Bitrix24Error`.

        It is repeated when Bitrix24 refused it without executing it; when it may have been executed, only if
        `repeatable`: it reads, or doing it twice is the same as once.
        """
        sent = {call.method: 1}

        def attempt() -> Answer:
            answer = self._client.call(call)
            self._pacer.answered({call.method: [answer.time]}, sent=sent)
            return answer

        return self._again(attempt, sent=sent, repeatable=repeatable)

    def batch(
        self, calls: Mapping[str, Call], *, halt: bool = False, repeatable: bool = False
    ) -> dict[str, Answer | Bitrix24Error]:
        """Return each call's answer or error, by its key; any number of calls goes in batches of 50, in order.

        With `halt` the first failure keeps all later calls from being executed. What a batch can't carry goes in a
        request of its own, at its place; ValueError where it refers to an earlier result, as only a batch can.
        """
        results: dict[str, Answer | Bitrix24Error] = {}
        for part in _parts(calls):
            if halt and any(isinstance(result, Bitrix24Error) for result in results.values()):
                results.update((key, not_run()) for key in part)
            elif len(part) == 1 and alone(only := next(iter(part.values()))):
                results.update(dict.fromkeys(part, self._lone(only, repeatable=repeatable)))
            else:
                results.update(self._part(part, halt=halt, repeatable=repeatable))
        return results

    def _lone(self, call: Call, *, repeatable: bool) -> Answer | Bitrix24Error:
        try:
            return self.call(call, repeatable=repeatable)
        except Bitrix24Error as error:
            return error

    def _part(self, calls: Mapping[str, Call], *, halt: bool, repeatable: bool) -> Mapping[str, Answer | Bitrix24Error]:
        sent = Counter(call.method for call in calls.values())

        def attempt() -> BatchAnswer:
            answer = self._client.batch(calls, halt=halt)
            self._learn(calls, answer, sent)
            return answer

        try:
            return self._again(attempt, sent=sent, repeatable=repeatable).results
        except Bitrix24Error as error:
            # What went before is done and is told; so one lost batch may not hide it.
            return dict.fromkeys(calls, error)

    def _learn(self, calls: Mapping[str, Call], answer: BatchAnswer, sent: Mapping[str, int]) -> None:
        times: dict[str, list[Mapping[str, Any]]] = {}
        for key, result in answer.results.items():
            if isinstance(result, Answer):
                times.setdefault(calls[key].method, []).append(result.time)
        self._pacer.answered(times, sent=sent)
        for key, result in answer.results.items():
            if isinstance(result, Bitrix24Error):
                self._pacer.refused(calls[key].method, result)

    def _again(self, attempt: Callable[[], T], *, sent: Mapping[str, int], repeatable: bool) -> T:
        give_up_at, attempts = 0.0, 0
        while True:
            self._pacer.wait(sent)
            failure: Bitrix24Error
            try:
                with self._slots:
                    return attempt()
            except Bitrix24Error as error:
                failure = error
            self._pacer.failed(failure, sent=sent)
            now = self._clock.now()
            # From the first failure on: before it, the limits alone may have kept it waiting.
            give_up_at, attempts = give_up_at or now + self._retry_for, attempts + 1
            may = failure.verdict is Verdict.AGAIN or (repeatable and failure.verdict is Verdict.UNKNOWN)
            if not may or now >= give_up_at:
                raise failure
            # Not for secrets: it only keeps repeats from coming back together.
            jitter = 0.75 + random.random() / 2  # noqa: S311
            self._clock.sleep(max(failure.retry_after, min(30.0, 2.0 ** min(attempts - 1, 10)) * jitter))


def _parts(calls: Mapping[str, Call]) -> Iterator[dict[str, Call]]:
    """Yield what goes in one request each, in order."""
    part: dict[str, Call] = {}
    for key, call in calls.items():
        reason = alone(call)
        if reason and refers(call):
            raise ValueError(f"{key}: {call.method} refers to an earlier result, but can't go in a batch: {reason}")
        if part and (reason or len(part) == BATCH_LENGTH):
            yield part
            part = {}
        part[key] = call
        if reason:
            yield part
            part = {}
    if part:
        yield part
