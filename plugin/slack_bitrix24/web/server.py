"""The product's way to serve the web application: its address, and how much may be asked of it at once."""

from __future__ import annotations

import resource

from starlette.types import ASGIApp

from slack_bitrix24.serving.connections import Limits
from slack_bitrix24.serving.listening import listen
from slack_bitrix24.serving.server import Manner, Serving

GRACE = 3
"""Seconds that requests in hand have when it stops."""
MOST_CONNECTIONS = 2000
"""Connections, where the system gives descriptors for as many."""
KEPT_BACK = 300
"""Descriptors that are left to the database, to Slack, to Bitrix24 and to files."""


def limits(descriptors: int) -> Limits:
    """Return the limits for a process that may have so many descriptors."""
    return Limits(connections=max(50, min(MOST_CONNECTIONS, descriptors - KEPT_BACK)))


class WebServer:
    """Binds at once, so that a taken port stops the start with an OSError."""

    def __init__(
        self, app: ASGIApp, *, host: str, port: int, within: Limits | None = None, proxies: tuple[str, ...] = ()
    ) -> None:
        listener = listen(host, port)
        self.port: int = listener.getsockname()[1]
        chosen = within or limits(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        self.serving = Serving(app, listener, Manner("web", grace=GRACE, limits=chosen, proxies=proxies))

    def start(self) -> None:
        """Begin to answer; returns when the first request would be."""
        self.serving.start()

    def stop(self) -> None:
        """Finish the requests in hand."""
        self.serving.stop()
