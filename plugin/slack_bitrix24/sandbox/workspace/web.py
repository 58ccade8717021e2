"""The workspace as an ASGI application: Web API, response URLs, Socket Mode, and the control interface."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from slack_bitrix24.sandbox.workspace import methods
from slack_bitrix24.sandbox.workspace.control import control
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.people import JSON
from slack_bitrix24.sandbox.workspace.signing_in import SigningIn
from slack_bitrix24.sandbox.workspace.sockets import link
from slack_bitrix24.sandbox.workspace.workspace import Workspace

NESTED = {"blocks", "attachments", "view", "metadata", "unfurls", "icons"}
"""Arguments that are JSON texts in forms and queries."""


def app(workspace: Workspace) -> Starlette:
    """Return the application; it may be mounted below any path."""

    def bound(handle: Callable[[Workspace, Request], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            # Starlette's own `base_url` leaves out where the application is mounted
            here = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}/"
            workspace.base_url = workspace.base_url or here
            response: Response = await handle(workspace, request)
            return response

        return endpoint

    async def socket(websocket: WebSocket) -> None:
        await link(workspace, websocket)

    openid = SigningIn(workspace)

    async def authorize(request: Request) -> Response:
        status, said = openid.page(dict(request.query_params))
        return RedirectResponse(said, 302) if status == 302 else HTMLResponse(said, status)

    async def token(request: Request) -> Response:
        return JSONResponse(openid.token(await arguments(request), request.headers.get("authorization", "")))

    return Starlette(
        routes=[
            Route("/openid/connect/authorize", authorize),
            Route("/api/openid.connect.token", token, methods=["GET", "POST"]),
            Route("/api/{method}", bound(web_api), methods=["GET", "POST"]),
            WebSocketRoute("/link/", socket),
            *(
                Route(f"/{kind}/{{path:path}}", bound(respond), methods=["POST"])
                for kind in ("commands", "actions", "app")
            ),
            Route("/sandbox/events", bound(events)),
            Route("/sandbox/{name}", bound(control), methods=["GET", "POST"]),
        ]
    )


async def web_api(workspace: Workspace, request: Request) -> Response:
    """Answer a call of the Web API; errors have status 200, as Slack's have."""
    name = request.path_params["method"]
    if response := await _fault(workspace, name):
        return response
    args = await arguments(request)
    header = request.headers.get("authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else str(args.pop("token", ""))
    headers = {"X-OAuth-Scopes": ",".join(workspace.scopes)} if token == workspace.bot_token else {}
    found = methods.METHODS.get(name)
    if found and found.scope and headers:
        headers["X-Accepted-OAuth-Scopes"] = found.scope
    if args.pop("invalid_json", None):
        return JSONResponse({"ok": False, "error": "invalid_json"})
    return JSONResponse(methods.call(workspace, name, args, token=token), headers=headers)


async def arguments(request: Request) -> JSON:
    """Return a call's arguments: query, then a JSON or form body. An empty body is none, whatever its type says."""
    args: JSON = dict(request.query_params)
    body = await request.body()
    if not body.strip():
        return _unpacked(args)
    if "json" in request.headers.get("content-type", ""):
        try:
            given = json.loads(body)
        except ValueError:
            return {"invalid_json": True}
        return {**_unpacked(args), **given} if isinstance(given, dict) else {"invalid_json": True}
    return _unpacked({**args, **dict(urllib.parse.parse_qsl(body.decode(errors="replace"), keep_blank_values=True))})


def _unpacked(args: JSON) -> JSON:
    for key in NESTED & args.keys():
        try:
            args[key] = json.loads(args[key])
        except ValueError:
            args[key] = {"not": "json"}
    return args


async def respond(workspace: Workspace, request: Request) -> Response:
    """Take a message that the app posts to a response URL."""
    if response := await _fault(workspace, "response_url"):
        return response
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    path = request.url.path.removeprefix(request.scope.get("root_path", "")).lstrip("/")
    hook = workspace.hooks.use(path, body if isinstance(body, dict) else None)
    if isinstance(hook, tuple):
        return JSONResponse({"ok": False, "error": hook[1]}, status_code=hook[0])
    workspace.answer(hook, body)
    return PlainTextResponse("ok")


async def events(workspace: Workspace, _request: Request) -> Response:
    """Stream what changes, for a live page."""
    return StreamingResponse(
        workspace.feed.read(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _fault(workspace: Workspace, method: str) -> Response | None:
    if slow := workspace.faults.take("slow", method=method):
        await asyncio.sleep(slow.seconds)
    fault = workspace.faults.take("status", "error", "ratelimited", method=method)
    return _faulty(fault) if fault else None


def _faulty(fault: Fault) -> Response:
    if fault.kind == "error":
        return JSONResponse({"ok": False, "error": fault.error})
    if fault.kind == "ratelimited":
        headers = {"Retry-After": f"{max(round(fault.seconds), 1)}"}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    return HTMLResponse("<!DOCTYPE html><title>Slack</title><h1>Something went wrong</h1>", status_code=fault.status)
