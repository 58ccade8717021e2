"""The portal as an ASGI application: /rest/, /oauth/, files, and /sandbox/ to look into it and to direct it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from slack_bitrix24.sandbox.portal import control, decode, rest
from slack_bitrix24.sandbox.portal.envelope import Reason, Refusal, encode
from slack_bitrix24.sandbox.portal.files import File
from slack_bitrix24.sandbox.portal.state import Portal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
DROP = "slack_bitrix24.drop"


class Rest:
    """Everything below /rest/."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        raw = await _body(receive)
        headers: dict[bytes, bytes] = dict(scope["headers"])
        path = scope["path"].removeprefix("/rest")
        query = scope["query_string"].decode("latin-1")
        given, warning = decode.body(headers.get(b"content-type", b"").decode("latin-1"), raw)
        params = {**decode.query(query), **given}
        if path in ("/download.json", "/upload.json"):
            answer = self._download(params) if path == "/download.json" else self._upload(params, _base(scope, headers))
        else:
            request = rest.read(path, params)
            request.address, request.base = (scope.get("client") or ("",))[0], _base(scope, headers)
            request.path, request.warning = scope["path"] + (f"?{query}" if query else ""), warning
            answer = await rest.answer(self.portal, request)
        await _answer(answer, scope, send)

    def _download(self, params: dict[str, Any]) -> rest.Answer:
        with self.portal.lock:
            files = self.portal.files.by_id.values()
            file = next((file for file in files if file.token == params.get("auth")), None)
        if file is None:
            return rest.Answer(403, b"", "text/html")
        return rest.Answer(200, file.content, "application/octet-stream")

    def _upload(self, params: dict[str, Any], base: str) -> rest.Answer:
        portal, given = self.portal, params.get("file")
        with portal.lock:
            place = portal.files.announced.pop(str(params.get("auth")), None)
            if place is None or not isinstance(given, list):
                return rest.refusal(portal, _NO_UPLOAD)
            name, content = given
            file = File(portal.files.next_id(), name, content, place["storage"], place["owner"], portal.clock())
            file.rights = place["rights"]
            portal.files.add(file)
        return rest.Answer(200, encode({"result": file.json(base) | {"ID": file.id}}))


_NO_UPLOAD = Reason("ERROR_ARGUMENT", "Unknown upload, or no field `file`", 400)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _base(scope: Scope, headers: dict[bytes, bytes]) -> str:
    return f"{scope['scheme']}://{headers.get(b'host', b'localhost').decode('latin-1')}"


async def _answer(answer: rest.Answer, scope: Scope, send: Send) -> None:
    if answer.drop:
        await scope["extensions"][DROP]()
        return
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *((name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers.items()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def application(portal: Portal) -> Starlette:
    """Return the portal's application; it must run under `sandbox.server`, which knows how to cut a connection."""

    async def authorize(request: HttpRequest) -> Response:
        told = request.query_params
        try:
            with portal.lock:
                place = portal.oauth.authorize(
                    told.get("client_id", ""), told.get("state", ""), host=request.url.netloc, now=portal.clock()
                )
        except Refusal as refused:  # shown to the user, never sent to the redirect URI (settings/oauth/index.html)
            return HTMLResponse(f"<h1>{refused.reason.description}</h1>", refused.reason.status)
        return RedirectResponse(place, 302)

    async def token(request: HttpRequest) -> Response:
        raw = await request.body()
        given, _ = decode.body(request.headers.get("content-type", ""), raw)
        params = {**decode.query(request.url.query), **given}
        base = f"{request.url.scheme}://{request.url.netloc}"
        try:
            with portal.lock:
                return JSONResponse(portal.oauth.token(params, base=base, now=portal.clock()))
        except Refusal as refused:
            return JSONResponse(refused.reason.body(), refused.reason.status)

    async def public(request: HttpRequest) -> Response:
        with portal.lock:
            file = portal.files.linked(request.path_params["link"])
        return Response(file.content, media_type="application/octet-stream") if file else Response(status_code=404)

    return Starlette(
        routes=[
            Mount("/rest", app=Rest(portal)),
            Route("/oauth/authorize/", authorize),
            Route("/oauth/token/", token, methods=["GET", "POST"]),
            Route("/~{link}", public),
            Mount("/sandbox", routes=control.routes(portal)),
        ]
    )
