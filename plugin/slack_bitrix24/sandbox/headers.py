"""The security headers of the demo's own pages. Who may call at all is decided by `visitors.py`, for every sandbox."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    # pictures in notifications: whatever else serves them on this machine
    "img-src 'self' http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Headers:
    """Adds the security headers to every answer that is the page's own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"cache-control", b"no-cache"),
                ]
            await send(message)

        ours = scope["type"] == "http" and (scope["path"] == "/" or scope["path"].startswith(("/static/", "/demo/")))
        await self.app(scope, receive, guarded if ours else send)
