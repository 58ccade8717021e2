"""Both forms of a path: with a slash at its end and without.

Never a redirect: what posts here follows one with a GET that has no body, and reports success (slack_sdk 3.48,
apprise 2.3, Alertmanager 0.25).
"""

from __future__ import annotations

from slack_bitrix24.serving.server import Application, Receive, Scope, Send


class EitherForm:
    """ASGI middleware that takes slashes off the end of each path before a route is looked for."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on."""
        if scope["type"] == "http" and scope["path"].endswith("/"):
            scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        await self._app(scope, receive, send)
