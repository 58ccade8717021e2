"""`GET`, `POST /heartbeat/{name}/{token}`: something says "I live"."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from slack_bitrix24.errors import StoreError
from slack_bitrix24.web.admission import CHALLENGE
from slack_bitrix24.web.credentials import offered
from slack_bitrix24.web.hooks import Hook

Beat = Callable[[str], None]
"""Keeps a beat, durably; raises StoreError."""


def add(app: FastAPI, hooks: Mapping[str, Hook], beat: Beat) -> None:
    """Take beats; `hooks` are the configuration's heartbeats with their tokens."""

    async def taken(name: str, request: Request) -> PlainTextResponse:
        hook = hooks.get(name)
        if hook is None:
            return PlainTextResponse("no such heartbeat", status_code=404)
        # Of the address only the path counts: a token in a query is what proxies write into their logs.
        brought = offered(dict(request.headers), request.path_params.get("token", ""))
        if not hook.opens(brought):
            status, headers = (403, None) if brought else (401, {"WWW-Authenticate": CHALLENGE})
            return PlainTextResponse("the token is wrong", status_code=status, headers=headers)
        try:
            await run_in_threadpool(beat, name)
        except StoreError:
            return PlainTextResponse("not now", status_code=503, headers={"Retry-After": "5"})
        return PlainTextResponse("ok")

    for path in ("/heartbeat/{name}", "/heartbeat/{name}/{token}"):
        app.add_api_route(path, taken, methods=["GET", "POST", "HEAD"])
