"""The web application: every route in one place."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from slack_bitrix24.web import pulse, topics, wellness
from slack_bitrix24.web.door import Door
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.openapi import document
from slack_bitrix24.web.page import doors as page
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.paths import canonical
from slack_bitrix24.web.routes import Place, Routes
from slack_bitrix24.web.senders.ntfy import BY_GET
from slack_bitrix24.web.uploading import UPLOAD, Uploading

log = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000
"""Bytes; Slack's own limit for a payload is far below."""

SlackRequest = Callable[[bytes, Mapping[str, str], float], tuple[int, str, str]]
"""Takes the raw body, the headers and the (monotonic) time of a request of Slack's; returns status, type and body."""
READ = ["GET", "HEAD"]
LARGEST_FORM = 64_000
"""Bytes; an ONAPPINSTALL has about one thousand."""
MOST_FIELDS = 200
Install = Callable[[str, str, Mapping[str, str]], int]
"""Takes a portal's name, the one-time path and the form that Bitrix24 posted; returns the HTTP status: 200 if taken."""
ANSWERS = {200: "ok", 403: "no installation is waited for here", 503: "not now"}


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in of senders: which paths they have, and their door. `topics` is the webhook that is served as ntfy."""

    routes: Routes
    door: Door
    upload: Uploading
    topics: Callable[[], Hook | None] | None = None


@dataclass(frozen=True, slots=True)
class Pulses:
    """The configuration's heartbeats: their tokens, and what keeps a beat."""

    hooks: Mapping[str, Hook]
    beat: pulse.Beat


@dataclass(frozen=True, slots=True)
class Doors:
    """What stands behind the routes. `ready` returns what is missing, by name; empty means ready."""

    ready: Callable[[], Mapping[str, str]]
    metrics: Callable[[], bytes]
    slack: SlackRequest | None = None
    install: Install | None = None
    ways: Ways | None = None
    pulses: Pulses | None = None
    page: Desk | None = None


class Site:
    """What the server serves: the senders' own paths go straight to their door, everything else to the application."""

    def __init__(self, app: FastAPI, ways: Ways | None) -> None:
        self.app, self.ways = app, ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] == "http":
            scope["path"] = canonical(scope["path"])
        if scope["type"] == "http" and self.ways is not None:
            if scope["path"].startswith(UPLOAD):
                await self.ways.upload(scope, receive, send)
                return
            place = self.ways.routes.find(scope["path"])
            if place is not None and not _asks(place, scope["method"]):
                await self.ways.door(scope, receive, send, place=place)
                return
        await self.app(scope, receive, send)


def _asks(place: Place, method: str) -> bool:
    """Tell whether one of ntfy's clients asks something: they do it with GET, and some publish so."""
    publishes = method == "GET" and place.parts.get("sequence") in BY_GET and "act" not in place.parts
    return place.sender.name == "ntfy" and method in READ and not publishes


def site(doors: Doors) -> Site:
    """Return the application. Health, readiness and metrics are open: they hold no secret, no text and no name."""
    return Site(_app(doors), doors.ways)


def _app(doors: Doors) -> FastAPI:
    app = FastAPI(title="slack-bitrix24", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(ClientDisconnect, _gone)

    @app.api_route("/healthz", methods=READ)
    async def healthz() -> PlainTextResponse:  # no thread: alive is said also while every thread waits for something
        return PlainTextResponse("ok")

    @app.api_route("/readyz", methods=READ)
    async def readyz() -> JSONResponse:  # nothing in it waits
        missing = doors.ready()
        status = "waiting" if missing else "ready"
        return JSONResponse({"status": status, "waiting_for": dict(missing)}, status_code=503 if missing else 200)

    @app.api_route("/metrics", methods=READ)
    def metrics() -> Response:
        return Response(doors.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    if doors.slack is not None:
        _slack(app, doors.slack)
    if doors.install is not None:
        _install(app, doors.install)
    if doors.ways is not None:
        described = document(doors.ways.routes.senders, version=version("slack-bitrix24"))

        @app.api_route("/openapi.json", methods=READ)
        async def openapi() -> JSONResponse:
            return JSONResponse(described)

    _parts(app, doors)
    return app


def _parts(app: FastAPI, doors: Doors) -> None:
    """Add what has a file of its own."""
    if doors.pulses is not None:
        pulse.add(app, doors.pulses.hooks, doors.pulses.beat)
    if doors.page is not None:
        page.add(app, doors.page)
    if doors.ways is not None and any(sender.name == "gotify" for sender in doors.ways.routes.senders):
        wellness.add(app, doors.ready)
    if doors.ways is not None and doors.ways.topics is not None:
        topics.add(app, doors.ways.topics)  # the last: its path begins with anything


def _slack(app: FastAPI, take: SlackRequest) -> None:
    @app.post("/slack/events")
    async def events(request: Request) -> Response:
        received = time.monotonic()
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        status, kind, text = await run_in_threadpool(take, body, dict(request.headers), received)
        return Response(text, status_code=status, media_type=kind)


def _install(app: FastAPI, install: Install) -> None:
    @app.post("/bitrix24/install/{portal}")
    @app.post("/bitrix24/install/{portal}/{path}")
    async def installed(portal: str, request: Request, path: str = "") -> Response:
        body = await _body(request, LARGEST_FORM)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return PlainTextResponse(ANSWERS[403], status_code=403)
        status = await run_in_threadpool(install, portal, path, dict(pairs)) if path else 403
        return PlainTextResponse(ANSWERS[status], status_code=status)


async def _gone(_request: Request, _error: Exception) -> Response:
    """Say nothing to somebody who left, or was cut off, in the middle of a body; nothing of it was kept."""
    return Response(status_code=400)


async def _body(request: Request, most: int = LARGEST_BODY) -> bytes | None:
    """Read the body; None as soon as it is longer than that, whatever its Content-Length says."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > most:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)
