"""The door of all ways in over HTTP: let it in, read it, keep it, answer.

An ASGI application of its own, below any framework: a request takes one pass through this file.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from starlette.types import Receive, Scope, Send

from slack_bitrix24 import metrics
from slack_bitrix24.errors import StoreError
from slack_bitrix24.web import body, keys
from slack_bitrix24.web.admission import Admission
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.intake import PATIENCE, Entry, Intake, OnItsWayError
from slack_bitrix24.web.reading import read
from slack_bitrix24.web.repeats import Hand, Outcome, Repeats, sameness
from slack_bitrix24.web.request import Answer, RefusedError, Request, to_json
from slack_bitrix24.web.routes import Place
from slack_bitrix24.web.senders.sender import LARGEST_BODY, Incoming, Sender

log = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds: by then a restarted database is there again, and no sender has given up yet."""

Allows = Callable[[Hook, tuple[str, ...]], bool]
Take = Callable[[Request, Hook], Awaitable[Answer]]
"""Answers a request that was let in, where more than keeping it is to be done."""


class Door:
    """`allows` tells whether a caller may name these addresses; `takes` are the senders that answer by themselves."""

    def __init__(self, admission: Admission, *, intake: Intake, allows: Allows, takes: Mapping[str, Take]) -> None:
        self.admission, self.intake, self.allows, self.takes = admission, intake, allows, takes
        self.repeats = Repeats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, place: Place) -> None:
        """Answer one request whose path a sender knows."""
        sender = place.sender
        try:
            request, hook = await self.admission.admit(scope, receive, place=place)
            answer = await self._once(request, hook, sender, scope=scope)
        except body.GoneError:
            return
        except RefusedError as refused:
            answer = sender.refuse(refused)
        except StoreError as error:
            log.warning("HTTP: a request can't be kept: %s", error)
            answer = sender.refuse(RefusedError(503, "service_unavailable", "not now", Retry_After=RETRY_AFTER))
        metrics.REQUESTS.labels(sender.name, str(answer.status)).inc()
        await body.send(send, answer, head=scope["method"] == "HEAD")

    async def _once(self, request: Request, hook: Hook, sender: Sender, *, scope: Scope) -> Answer:
        """Answer it; where it repeats one whose answer may have been lost, as that one."""
        if request.method not in ("POST", "PUT") or keys.key_of(request, sender):
            return await self._taken(request, hook, sender)
        hand, again = self.repeats.take(sameness(request), scope=scope, now=time.monotonic())
        try:
            if again and (before := await _outcome(hand)):
                return self._read(request, hook, sender)[1] if before == "kept" else before
            return await self._settled(request, hook, sender, hand=hand)
        finally:
            self.repeats.end(hand, scope=scope, now=time.monotonic())

    async def _settled(self, request: Request, hook: Hook, sender: Sender, *, hand: Hand) -> Answer:
        hand.known.clear()
        try:
            answer = await self._taken(request, hook, sender)
        except OnItsWayError as error:
            later = error.answer or Answer(200)
            # Its caller is told "not now" and comes again: where it was kept after all, as a repeat of this one.
            error.kept.add_done_callback(lambda kept: hand.settle("" if kept.exception() else later))
            raise
        except BaseException:
            hand.settle("")
            raise
        hand.settle(answer)
        return answer

    async def _taken(self, request: Request, hook: Hook, sender: Sender) -> Answer:
        take = self.takes.get(sender.name)
        if take:
            return await take(request, hook)
        incoming, answer = self._read(request, hook, sender)
        return await keep(self.intake, request, hook, sender=sender, incoming=incoming, answer=answer)

    def _read(self, request: Request, hook: Hook, sender: Sender) -> tuple[Incoming, Answer]:
        incoming = (sender.glance(request, hook) if sender.glance else None) or read(sender, request, hook)
        check(self.allows, hook, request=request, incoming=incoming)
        return incoming, with_unsupported(sender, sender.answer(request, incoming), incoming)


async def _outcome(hand: Hand) -> Outcome:
    """Wait for what becomes of a request that is repeated; StoreError where that takes too long."""
    try:
        async with asyncio.timeout(PATIENCE):
            await hand.known.wait()
    except TimeoutError:
        raise StoreError("the database does not answer") from None
    return hand.outcome


def check(allows: Allows, hook: Hook, *, request: Request, incoming: Incoming) -> None:
    """Refuse a request that addresses people whom it may not, or that is long without a file in it."""
    named = (*request.to, *incoming.named)
    if named and not allows(hook, named):
        raise RefusedError(403, "action_prohibited", "the webhook's `addresses` do not allow this recipient")
    if len(request.body) > LARGEST_BODY and not incoming.files:
        raise RefusedError(413, "too_large", f"at most {LARGEST_BODY:,} bytes without attachments")


async def keep(
    intake: Intake,
    request: Request,
    hook: Hook,
    *,
    sender: Sender,
    incoming: Incoming,
    answer: Answer,
    begins: bool = False,
) -> Answer:
    """Keep the request, durably; return its answer, or the one that was given under its key before.

    `begins`: something new stands under its key from now on, before anybody has it.
    """
    key = keys.key_of(request, sender)
    asked = keys.known(request, answer) if key else None
    tag = hook.tag(incoming.key)
    entry = Entry(
        key=intake.new_key(hook.name),
        payload=to_json(request.without_secrets()),
        hook=hook.name,
        order_key=tag,
        size=len(request.body),
        idempotency_key=key,
        known=asked,
        begins=tag if begins else "",
    )
    try:
        before = await intake.keep(entry)
    except OnItsWayError as error:
        error.answer = answer
        raise
    return answer if before is None or asked is None else keys.again(before, asked)


def with_unsupported(sender: Sender, answer: Answer, incoming: Incoming) -> Answer:
    """Return the answer with the names of what could not be shown, where there is such."""
    kinds = incoming.unsupported
    if not kinds:
        return answer
    metrics.UNSUPPORTED.labels(sender.name).inc(len(kinds))
    listed = ", ".join(kind for kind in kinds if kind.isascii() and kind.isprintable())[:500]
    return replace(answer, headers={**answer.headers, "X-Unsupported": listed})
