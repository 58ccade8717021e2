"""One request with what was claimed for it: send, then say what each notification's outcome is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_bitrix24 import metrics
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Answer
from slack_bitrix24.deliver import calls
from slack_bitrix24.deliver.judge import concerns_portal, judge
from slack_bitrix24.errors import Bitrix24Error
from slack_bitrix24.model import Dead, Delivered, Outcome, Retry, Stored

BATCH = 50
"""Most calls in one request (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html)."""
METHOD = calls.METHODS["personal"]
LIMITS = ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT")


@dataclass(frozen=True, slots=True)
class Landed:
    """What came back: a result or an error for each id; `failed_whole` when the request itself failed."""

    results: Mapping[int, Answer | Bitrix24Error]
    seconds: float
    failed_whole: bool = False
    stop: Bitrix24Error | None = None
    limited: tuple[Bitrix24Error, ...] = field(default=())


def send(client: Client, claimed: Sequence[Stored]) -> Landed:
    """Send the claimed notifications in one request. Never raises `Bitrix24Error`: it is in the results."""
    began = time.monotonic()
    try:
        results, whole = _answers(client, claimed), False
    except Bitrix24Error as error:
        results, whole = dict.fromkeys((stored.id for stored in claimed), error), True
    errors = {id(error): error for error in results.values() if isinstance(error, Bitrix24Error)}.values()
    return Landed(
        results=results,
        seconds=time.monotonic() - began,
        failed_whole=whole,
        stop=next((error for error in errors if concerns_portal(error)), None),
        limited=tuple(error for error in errors if error.code.upper() in LIMITS),
    )


def _answers(client: Client, claimed: Sequence[Stored]) -> dict[int, Answer | Bitrix24Error]:
    if len(claimed) == 1:
        return {claimed[0].id: client.call(calls.call(claimed[0]))}
    answer = client.batch({calls.key(stored): calls.call(stored) for stored in claimed})
    return {stored.id: answer.results[calls.key(stored)] for stored in claimed}


def outcomes(landed: Landed, claimed: Sequence[Stored], *, now: float, jitter: float) -> dict[int, Outcome]:
    """Return the outcome of each claimed notification."""
    by_id = {stored.id: stored for stored in claimed}
    return {
        one: judge(result.result if isinstance(result, Answer) else result, by_id[one], now=now, jitter=jitter)
        for one, result in landed.results.items()
    }


def counts(claimed: Sequence[Stored]) -> Counter[str]:
    """Return how many calls of each method are sent for what was claimed."""
    return Counter(calls.METHODS[stored.notification.kind] for stored in claimed)


def learn(limits: Limits, landed: Landed, claimed: Sequence[Stored], *, now: float) -> Limits:
    """Return the limits after what came back."""
    sent = counts(claimed)
    if landed.failed_whole:
        error = next(result for result in landed.results.values() if isinstance(result, Bitrix24Error))
        return limits.refused(error, now, sent=sent)
    method_of = {stored.id: calls.METHODS[stored.notification.kind] for stored in claimed}
    times: dict[str, list[Mapping[str, Any]]] = {}
    for one, result in landed.results.items():
        if isinstance(result, Answer):
            times.setdefault(method_of[one], []).append(result.time)
    limits = limits.observe(times, now, sent=sent)
    for one, result in landed.results.items():
        if isinstance(result, Bitrix24Error) and result.code.upper() in LIMITS:
            limits = limits.refused(result, now, method=method_of[one])
    return limits


def count(portal: str, outcomes: Mapping[int, Outcome], claimed: Sequence[Stored], *, now: float) -> None:
    """Put the outcomes into the metrics."""
    by_id = {stored.id: stored for stored in claimed}
    for one, outcome in outcomes.items():
        match outcome:
            case Delivered():
                metrics.DELIVERED.labels(portal).inc()
                metrics.WAIT_SECONDS.labels(portal).observe(max(0.0, now - by_id[one].created_at))
            case Retry():
                metrics.RETRIED.labels(portal).inc()
            case Dead():
                metrics.DEAD.labels(portal, outcome.code.upper() or "NONE").inc()
