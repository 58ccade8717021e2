"""Whose request it is, and whether it may come in: the secret, the signature, the size."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from slack_bitrix24 import metrics
from slack_bitrix24.web import body
from slack_bitrix24.web.credentials import enclosed, offered, signed
from slack_bitrix24.web.encodings import plain
from slack_bitrix24.web.hooks import Hook, by_token
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.routes import Place
from slack_bitrix24.web.senders.sender import LARGEST_BODY, Sender
from slack_bitrix24.web.slowdown import Slowdown

NOT_KEPT = ("token", "any", "name", "either")
"""Parts of a path that are a secret, or kept elsewhere, or mean nothing."""
MOST_PARAMETERS = 200
"""Parameters of an address; what has more is refused."""
CHALLENGE = 'Basic realm="slack-bitrix24"'
"""Some programs (wget, Java's) show a password only after they were asked for it."""


class Admission:
    """`hooks` are the configuration's webhooks by name."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self.hooks = hooks
        self.slowdown = Slowdown()

    async def admit(self, scope: Scope, receive: Receive, *, place: Place) -> tuple[Request, Hook]:
        """Return the whole request and the webhook that it may use; RefusedError otherwise."""
        sender = place.sender
        methods = sender.allowed(place.parts)
        if scope["method"] not in methods:
            allowed = ", ".join(methods)
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
        if not isinstance(hook, Hook) and body.is_awaited(request.header("expect")) and sender.body_token is None:
            raise await self._wrong(hook, scope, sender)
        whole = await body.read(scope, receive, most=most)
        request = replace(request, body=whole, hook=hook.name if isinstance(hook, Hook) else "")
        if hook == 401 and sender.body_token is not None:
            hook = self._opened(place, request, sender.body_token(request))
            request = replace(request, hook=hook.name) if isinstance(hook, Hook) else request
        if not isinstance(hook, Hook) or not signed(hook, request.headers, request.body, now=time.time()):
            raise await self._wrong(hook, scope, sender)
        return _decoded(request, most=most), hook

    def _opened(self, place: Place, request: Request, *more: str) -> Hook | int:
        """Return the webhook that the request's secret opens; else the status: 404 unknown, 401 none, 403 wrong."""
        sender, either = place.sender, place.parts.get("either", "")
        name = place.parts.get("name", "") or (either if either in self.hooks else sender.hook)
        given = [place.parts.get("token", ""), either if either != name else "", *more]
        given += [request.asked(sender.query_token)] if sender.query_token else []
        given += [request.header(sender.header_token)] if sender.header_token else []
        given += enclosed(request.asked(sender.query_authorization)) if sender.query_authorization else []
        brought = offered(request.headers, *given)
        found = self.hooks.get(name) if name else by_token(self.hooks, brought)
        if name and found is None:
            return 404
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
        more = {"WWW_Authenticate": CHALLENGE} if status == 401 else {}
        return RefusedError(status, "invalid_token", "the token or the signature is wrong", **more)


def _decoded(request: Request, *, most: int) -> Request:
    """Return the request with its body as it was before it was packed; what is kept is that."""
    encoding = request.header("content-encoding")
    if not encoding:
        return request
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"}
    return replace(request, headers=headers, body=plain(request.body, encoding, most=most))


def _query(text: bytes) -> tuple[tuple[str, str], ...]:
    try:
        pairs = parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise RefusedError(400, "invalid_arguments", "too many parameters") from None
    return tuple(pairs)
