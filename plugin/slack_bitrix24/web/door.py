"""The door of all ways in over HTTP: whose request it is, whether it may come in, keep it, answer.

An ASGI application of its own, below any framework: a request takes one pass through this file.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from slack_bitrix24 import metrics
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Known
from slack_bitrix24.submit.compose import digest
from slack_bitrix24.web import body
from slack_bitrix24.web.credentials import enclosed, offered, signed
from slack_bitrix24.web.hooks import Hook, by_token
from slack_bitrix24.web.intake import Entry, Intake
from slack_bitrix24.web.reading import read
from slack_bitrix24.web.request import Answer, RefusedError, Request, to_json
from slack_bitrix24.web.routes import Place
from slack_bitrix24.web.senders.sender import LARGEST_BODY, Incoming, Sender
from slack_bitrix24.web.slowdown import Slowdown

log = logging.getLogger(__name__)

NOT_KEPT = ("token", "any", "name", "either")
"""Parts of a path that are a secret, or kept elsewhere, or mean nothing."""
MOST_PARAMETERS = 200
LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""
RETRY_AFTER = "5"
"""Seconds: by then a restarted database is there again, and no sender has given up yet."""

Allows = Callable[[Hook, tuple[str, ...]], bool]


class Door:
    """`hooks` are the configuration's webhooks by name; `allows` tells whether a caller may name these addresses."""

    def __init__(self, hooks: Mapping[str, Hook], *, intake: Intake, allows: Allows) -> None:
        self.hooks, self.intake, self.allows = hooks, intake, allows
        self.slowdown = Slowdown()

    async def __call__(self, scope: Scope, receive: Receive, send: Send, *, place: Place) -> None:
        """Answer one request whose path a sender knows."""
        sender = place.sender
        try:
            answer = await self._take(place, scope, receive)
        except body.GoneError:
            return
        except RefusedError as refused:
            answer = sender.refuse(refused)
        except StoreError as error:
            log.warning("HTTP: a request can't be kept: %s", error)
            answer = sender.refuse(RefusedError(503, "service_unavailable", "not now", Retry_After=RETRY_AFTER))
        metrics.REQUESTS.labels(sender.name, str(answer.status)).inc()
        await body.send(send, answer, head=scope["method"] == "HEAD")

    async def _take(self, place: Place, scope: Scope, receive: Receive) -> Answer:
        sender = place.sender
        if scope["method"] not in sender.methods:
            allowed = ", ".join(sender.methods)
            raise RefusedError(405, "method_not_allowed", f"use {allowed}", Allow=allowed)
        request = Request(
            sender=sender.name,
            method=scope["method"],
            named={name: value for name, value in place.parts.items() if name not in NOT_KEPT},
            query=_query(scope["query_string"]),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        )
        # The secret comes first: nobody else may make us read megabytes.
        hook = self._opened(place, request)
        most = sender.largest if isinstance(hook, Hook) else LARGEST_BODY
        request = replace(request, body=await body.read(scope, receive, most=most))
        if not isinstance(hook, Hook) or not signed(hook, request.headers, request.body, now=time.time()):
            raise await self._wrong(hook, scope, sender)
        request = replace(request, hook=hook.name)
        if request.to and not self.allows(hook, request.to):
            raise RefusedError(403, "action_prohibited", "the webhook's `addresses` do not allow this recipient")
        incoming = read(sender, request, hook)
        answer = _with_unsupported(sender, sender.answer(request, incoming), incoming)
        return await self._keep(request, hook, sender=sender, incoming=incoming, answer=answer)

    def _opened(self, place: Place, request: Request) -> Hook | int:
        """Return the webhook that the request's secret opens; else the status: 404 unknown, 401 none, 403 wrong."""
        sender, either = place.sender, place.parts.get("either", "")
        name = place.parts.get("name", "") or (either if either in self.hooks else sender.hook)
        given = [place.parts.get("token", ""), either]
        given += [request.asked(sender.query_token)] if sender.query_token else []
        given += [request.header(sender.header_token)] if sender.header_token else []
        given += enclosed(request.asked(sender.query_authorization)) if sender.query_authorization else []
        brought = offered(request.headers, *given)
        if name and name not in self.hooks:
            return 404
        found = self.hooks[name] if name else by_token(self.hooks, brought)
        if found is not None and found.opens(brought):
            return found
        return 403 if brought else 401

    async def _wrong(self, found: Hook | int, scope: Scope, sender: Sender) -> RefusedError:
        """Return the refusal of a request that may not come in; a wrong secret's, the later the more there are."""
        if found == 404:
            return RefusedError(404, "no_service", "no such webhook")
        metrics.WRONG_SECRETS.labels(sender.name).inc()
        peer = (scope.get("client") or ("",))[0]
        await asyncio.sleep(self.slowdown.wrong(peer, now=time.monotonic()))
        status = found if isinstance(found, int) else 403
        return RefusedError(status, "invalid_token", "the token or the signature is wrong")

    async def _keep(
        self, request: Request, hook: Hook, *, sender: Sender, incoming: Incoming, answer: Answer
    ) -> Answer:
        key = request.header("idempotency-key") if sender.idempotent else ""
        if len(key) > LONGEST_KEY:
            raise RefusedError(400, "invalid_idempotency_key", f"at most {LONGEST_KEY} characters")
        asked = fingerprint(request) if key else ""
        entry = Entry(
            key=f"post:{hook.name}:{secrets.token_hex(16)}",
            payload=to_json(request.without_secrets()),
            hook=hook.name,
            order_key=hook.tag(incoming.key),
            size=len(request.body),
            idempotency_key=key,
            known=Known(asked, kept_answer(answer)) if key else None,
        )
        before = await self.intake.keep(entry)
        if before is None:
            return answer
        if before.digest != asked:
            raise RefusedError(422, "idempotency_key_reused", "this Idempotency-Key came with another request")
        return Answer(**before.answer)


def _query(text: bytes) -> tuple[tuple[str, str], ...]:
    try:
        pairs = parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise RefusedError(400, "invalid_arguments", "too many parameters") from None
    return tuple(pairs)


def fingerprint(request: Request) -> str:
    """Return what tells a request from others under the same Idempotency-Key: its address and its body."""
    kept = request.without_secrets()
    parts = [kept.sender, kept.hook, kept.method, *(f"{k}={v}" for k, v in sorted(kept.named.items()))]
    parts += [f"{name}={value}" for name, value in kept.query]
    return digest(*parts, hashlib.sha256(kept.body).hexdigest())


def kept_answer(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is kept under its Idempotency-Key."""
    return {"status": answer.status, "body": answer.body, "kind": answer.kind, "headers": dict(answer.headers)}


def _with_unsupported(sender: Sender, answer: Answer, incoming: Incoming) -> Answer:
    kinds = incoming.unsupported
    if not kinds:
        return answer
    metrics.UNSUPPORTED.labels(sender.name).inc(len(kinds))
    listed = ", ".join(kind for kind in kinds if kind.isascii() and kind.isprintable())[:500]
    return replace(answer, headers={**answer.headers, "X-Unsupported": listed})
