"""One request with what was claimed for it: send, then say what it means for each notification and for the portal."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import Any

from slack_bitrix24 import metrics
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Answer, Call, alone
from slack_bitrix24.bitrix24.size import longest
from slack_bitrix24.deliver import calls
from slack_bitrix24.deliver.health import Sign, is_limit
from slack_bitrix24.deliver.judge import judge, keep, part
from slack_bitrix24.errors import Bitrix24Error, StoreError, Verdict
from slack_bitrix24.model import Dead, Delivered, Outcome, Retry, Stored

log = logging.getLogger(__name__)

BATCH = 50
"""Most calls in one request (https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html)."""
USUAL = calls.METHODS["personal"]
"""The method that a claim is reckoned with until it is known what was claimed."""
LARGE = 15_000
"""Characters (`size.longest`) of the smallest ATTACH that may be too large: half of what the oldest portals take."""
SUSPECT = 4
"""Attempts from which on a lone notification that gets no answer is suspected itself, not the portal."""

Result = Answer | Bitrix24Error


@dataclass(frozen=True, slots=True)
class Landed:
    """What came back: a result or an error for each id; `whole` is the error of a request that failed as a whole.

    `too_large` is the size of the smallest ATTACH that the portal refused for it.
    """

    results: Mapping[int, Result]
    whole: Bitrix24Error | None = None
    seconds: float = 0.0
    too_large: float = inf


def ready(limits: Limits, now: float) -> tuple[float, int]:
    """Return when the next request may go, not before `now`, and how many notifications it may carry."""
    # Which methods they will need is not known before the claim; what is short is taken to be needed.
    methods = calls.METHODS.values()
    most = max(1, min(BATCH, *(limits.operating.fits(method, now) for method in methods)))
    return limits.ready_for(dict.fromkeys(methods, most), now), most


def corrected(limits: Limits, claimed: Sequence[Stored], *, reckoned: int, now: float) -> Limits:
    """Return limits from which so many calls of the usual method were taken, for what was claimed in their place."""
    operating = limits.operating.observe({}, now, sent={USUAL: reckoned}).reserve(counts(claimed), now)
    return replace(limits, operating=operating)


def send(
    client: Client, claimed: Sequence[Stored], *, most: float = inf, call: Callable[[Stored], Call] | None = None
) -> Landed:
    """Send the claimed notifications in one request. Never raises: whatever went wrong is in the results.

    `call` makes the call of each, in place of the usual. An ATTACH larger than `most` (`size.longest`) is cut; one that
    the portal refuses as too large is no end: again.
    """
    make = call or partial(calls.call, most=most)
    made = {stored.id: _made(stored, make) for stored in claimed}
    ready = {one: call for one, call in made.items() if isinstance(call, Call)}
    wrong = {one: error for one, error in made.items() if isinstance(error, Bitrix24Error)}
    began = time.monotonic()
    landed = _sent(client, ready) if ready else Landed({})
    large = {one: size for one, call in ready.items() if (size := _refused_size(landed.results[one], call))}
    results = {one: _smaller(result) if one in large else result for one, result in landed.results.items()}
    return Landed({**results, **wrong}, landed.whole, time.monotonic() - began, min(large.values(), default=inf))


def _refused_size(result: Result, call: Call) -> float:
    """Return the size of an ATTACH that was refused for it, else 0.

    A bot's is refused with the same code where nothing in it is good: what no portal finds large was not for its size.
    """
    code = result.code.upper() if isinstance(result, Bitrix24Error) else ""
    fields = call.params.get("fields")
    attach = fields.get("attach") if isinstance(fields, Mapping) else call.params.get("ATTACH")
    if code not in ("ATTACH_OVERSIZE", "PARAM_ATTACH_ERROR") or not attach:
        return 0.0
    size = longest(attach)
    return size if code == "ATTACH_OVERSIZE" or size >= LARGE else 0.0


def _smaller(result: Result) -> Result:
    said = result.description if isinstance(result, Bitrix24Error) else ""
    return Bitrix24Error(f"{said}: it goes again, smaller", code="ATTACH_OVERSIZE", verdict=Verdict.AGAIN)


def _made(stored: Stored, make: Callable[[Stored], Call]) -> Call | Bitrix24Error:
    try:
        return make(stored)
    except Bitrix24Error as error:
        return error
    except ValueError as error:
        return Bitrix24Error(f"no call can be made of it: {error}")


def _sent(client: Client, ready: Mapping[int, Call]) -> Landed:
    try:
        return Landed(_answers(client, ready))
    except Bitrix24Error as error:
        # SENDING_FAILED is said of one message: its key is taken by a call that still runs, or died.
        own = error.verdict is Verdict.DEAD or error.code.upper() == "SENDING_FAILED"
        alone = own and len(ready) == 1
        return Landed(dict.fromkeys(ready, error), None if alone else error)
    except StoreError as error:
        # A portal's tokens are in the database.
        away = Bitrix24Error(f"no access token: {error}", verdict=Verdict.AGAIN, retry_after=1.0)
        return Landed(dict.fromkeys(ready, away), away)
    except Exception as error:
        # Nobody knows how far it came: it counts as in doubt, never as not sent.
        log.exception("a request failed in an unforeseen way")
        unknown = Bitrix24Error(f"a fault of this program: {type(error).__name__}", verdict=Verdict.UNKNOWN)
        return Landed(dict.fromkeys(ready, unknown), unknown)


def _answers(client: Client, ready: Mapping[int, Call]) -> dict[int, Result]:
    first, *_ = ready
    wide = {one for one, call in ready.items() if alone(call)} if len(ready) > 1 else set()
    # One that no batch can carry goes by itself once it is the first; the others wait for the next request.
    going = {first: ready[first]} if first in wide else {one: call for one, call in ready.items() if one not in wide}
    waiting = {one: _elsewhere(lone=one in wide) for one in ready if one not in going}
    if len(going) == 1:
        return {**{one: client.call(call) for one, call in going.items()}, **waiting}
    answer = client.batch({calls.key(one): call for one, call in going.items()})
    return {**{one: answer.results[calls.key(one)] for one in going}, **waiting}


def _elsewhere(*, lone: bool) -> Bitrix24Error:
    why = "it goes in a request of its own" if lone else "another went in a request of its own"
    return Bitrix24Error(f"not sent: {why}", verdict=Verdict.AGAIN, alone=lone)


def unsent(claimed: Sequence[Stored]) -> Landed:
    """Return the results of a request that was not sent, because the lease had ended in the meantime."""
    late = Bitrix24Error("not sent: this process had been asleep", verdict=Verdict.AGAIN)
    return Landed({stored.id: late for stored in claimed}, late)


def unasked(claimed: Sequence[Stored], error: Bitrix24Error | StoreError) -> Landed:
    """Return the results of a request that was not sent, because what it depends on could not be found out now."""
    away = Bitrix24Error(f"not sent: whether the portal keeps tags is not known: {error}", verdict=Verdict.AGAIN)
    if isinstance(error, Bitrix24Error):
        said, verdict = f"not sent: {error.description}", error.verdict
        verdict = {Verdict.UNKNOWN: Verdict.AGAIN, Verdict.DEAD: Verdict.PORTAL}.get(verdict, verdict)
        away = error.but(said, verdict=verdict)
    return Landed({stored.id: away for stored in claimed}, away)


def sign(landed: Landed, claimed: Sequence[Stored]) -> tuple[Sign, Bitrix24Error | None]:
    """Return what the request tells about the portal, and the error that tells it."""
    errors = [result for result in landed.results.values() if isinstance(result, Bitrix24Error)]
    refusing = next((error for error in errors if error.verdict is Verdict.PORTAL), None)
    if refusing is not None and len(errors) == len(landed.results):
        return Sign.REFUSED, refusing  # where another command got through, it does not concern the whole portal
    if landed.whole is None:
        return Sign.ANSWERED, None
    if is_limit(landed.whole):
        return Sign.LIMITED, landed.whole
    if landed.whole.verdict is Verdict.DEAD:
        return Sign.NOTHING, landed.whole
    suspect = landed.whole.verdict is Verdict.UNKNOWN and len(claimed) == 1 and claimed[0].attempts >= SUSPECT
    return (Sign.NOTHING if suspect else Sign.LOST), landed.whole


def outcomes(
    landed: Landed, claimed: Sequence[Stored], *, down: bool, now: float, jitter: float = 0.0
) -> dict[int, Outcome]:
    """Return the outcome of each claimed notification; `down`: the failure is the portal's, which is stopped for it."""
    by_id = {stored.id: stored for stored in claimed}
    return {
        one: _outcome(landed, result, by_id[one], down=down, now=now, jitter=jitter)
        for one, result in landed.results.items()
    }


def _outcome(landed: Landed, result: Result, stored: Stored, *, down: bool, now: float, jitter: float) -> Outcome:
    if not isinstance(result, Bitrix24Error):
        return judge(result.result, stored, now=now, jitter=jitter)
    if result.verdict is not Verdict.DEAD and down:
        return keep(result, now=now)
    if result is landed.whole and len(landed.results) > 1 and result.verdict in (Verdict.DEAD, Verdict.UNKNOWN):
        return part(result, now=now, jitter=jitter)
    return judge(result, stored, now=now, jitter=jitter)


def counts(claimed: Sequence[Stored]) -> Counter[str]:
    """Return how many calls of each method are sent for what was claimed."""
    return Counter(calls.METHODS[stored.notification.kind] for stored in claimed)


def learn(limits: Limits, landed: Landed, claimed: Sequence[Stored], *, now: float) -> Limits:
    """Return the limits after what came back."""
    sent = counts(claimed)
    if landed.whole is not None:
        return limits.refused(landed.whole, now, sent=sent)
    method_of = {stored.id: calls.METHODS[stored.notification.kind] for stored in claimed}
    times: dict[str, list[Mapping[str, Any]]] = {}
    for one, result in landed.results.items():
        if isinstance(result, Answer):
            times.setdefault(method_of[one], []).append(result.time)
    limits = limits.observe(times, now, sent=sent)
    for one, result in landed.results.items():
        if isinstance(result, Bitrix24Error) and is_limit(result):
            limits = limits.refused(result, now, method=method_of[one])
    return limits


def count(portal: str, outcomes: Mapping[int, Outcome], claimed: Sequence[Stored], *, now: float) -> None:
    """Put the outcomes into the metrics, and each final one into the log: ids alone, no text and no person."""
    by_id = {stored.id: stored for stored in claimed}
    for one, outcome in outcomes.items():
        if not isinstance(outcome, Retry):
            log.info("portal %s: %s", portal, way(by_id[one], outcome, now=now))
        match outcome:
            case Delivered():
                since = max(by_id[one].created_at, by_id[one].notification.not_before)
                metrics.DELIVERED.labels(portal).inc()
                metrics.WAIT_SECONDS.labels(portal).observe(max(0.0, now - since))
            case Retry():
                metrics.RETRIED.labels(portal).inc()
            case Dead():
                metrics.DEAD.labels(portal, outcome.code.upper() or "NONE").inc()
                if by_id[one].receipt_id is None:  # nobody waits for an answer in which it would be said
                    source, why = by_id[one].notification.source, outcome.code or outcome.error
                    log.warning("portal %s: notification %s (%s) is dead: %s", portal, one, source, why)


def way(stored: Stored, outcome: Delivered | Dead, *, now: float) -> str:
    """Return the way of one notification, from what came in to Bitrix24's id."""
    notification = stored.notification
    # A relay's tag names the channel and the message; what others are called may be a caller's own words.
    from_ = notification.sub_tag if notification.source.startswith("relay:") else notification.source
    if isinstance(outcome, Dead):
        end = f"dead: {outcome.code or 'given up'}"
    else:
        end = f"Bitrix24 {outcome.bitrix24_id}" if outcome.bitrix24_id else "taken back"
    seconds = max(0.0, now - max(stored.created_at, notification.not_before))
    return f"{from_} -> notification {stored.id} -> {end} (attempts: {stored.attempts}, {seconds:.1f} s)"


def count_request(portal: str, landed: Landed, limits: Limits, *, now: float) -> None:
    """Put a request into the metrics, and what it taught about the limits."""
    metrics.BATCH_SIZE.labels(portal).observe(len(landed.results))
    metrics.REQUEST_SECONDS.labels(portal).observe(landed.seconds)
    metrics.BUCKET_LEVEL.labels(portal).set(limits.bucket.level_at(now))
    used = limits.operating.seconds(now)
    metrics.OPERATING_SECONDS.labels(portal).set(max(used.values(), default=0.0))
    errors = {id(result): result for result in landed.results.values() if isinstance(result, Bitrix24Error)}
    for error in errors.values():
        if is_limit(error):
            metrics.LIMITED.labels(portal, error.code.upper() or str(error.status)).inc()
