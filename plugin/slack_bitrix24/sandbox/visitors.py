"""Who may call a sandbox: programs, and pages of this machine. It listens on loopback, but so does every browser here.

A page from elsewhere can make a browser post to 127.0.0.1 (it says so in Origin), or have its own name lead there (then
Host holds that name).
"""

from __future__ import annotations

import ipaddress
import urllib.parse

from starlette.types import ASGIApp, Receive, Scope, Send


def is_local(host: str) -> bool:
    """Tell whether a host, with or without a port, is a name or an address of this machine itself."""
    try:
        name = urllib.parse.urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3: these never lead anywhere else
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def why_not(host: str, origin: str | None) -> str:
    """Return why a request with these headers is refused, or an empty string; programs send no Origin."""
    if not is_local(host):
        return "this sandbox is for this machine: call it by 127.0.0.1 or localhost"
    if origin is not None and not (origin.startswith(("http://", "https://")) and is_local(origin.partition("//")[2])):
        return "this sandbox is for pages of this machine"
    return ""


class Visitors:
    """Answers 403 to a request, and to a WebSocket, that a page from elsewhere made."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        origin = headers.get(b"origin")
        host = headers.get(b"host", b"").decode("latin-1")
        reason = why_not(host, None if origin is None else origin.decode("latin-1"))
        if not reason:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": reason})  # before accept: 403
        else:
            plain = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": plain})
            await send({"type": "http.response.body", "body": reason.encode()})
