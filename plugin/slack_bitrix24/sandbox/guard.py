"""Who may speak to the demo: programs of this machine and the page itself, no page from elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
READING = ("GET", "HEAD", "OPTIONS")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    # pictures in notifications: whatever else serves them on this machine
    "img-src 'self' http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Guarded:
    """Refuses what a foreign page sends, and adds the security headers to every answer that is the page's own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"cache-control", b"no-cache"),
                ]
            await send(message)

        if scope["type"] == "http" and (wrong := refusal(scope["method"], dict(scope["headers"]))):
            await JSONResponse({"error": wrong}, 403)(scope, receive, send)
            return
        ours = scope["type"] == "http" and (scope["path"] == "/" or scope["path"].startswith(("/static/", "/demo/")))
        await self.app(scope, receive, guarded if ours else send)


def refusal(method: str, headers: dict[bytes, bytes]) -> str:
    """Return why a request is refused, or nothing.

    A name of somebody else's that leads here (DNS rebinding) stands in Host; the page that sends stands in Origin.
    """
    if _name(f"//{headers.get(b'host', b'').decode('latin-1')}") not in LOOPBACK:
        return "Host: expected an address on loopback"
    origin = headers.get(b"origin")
    if method not in READING and origin is not None and _name(origin.decode("latin-1")) not in LOOPBACK:
        return "Origin: expected a page of this machine"
    return ""


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
