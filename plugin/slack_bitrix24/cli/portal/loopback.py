"""A listener on this machine alone, to which the consent page sends the browser back with its code."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Self
from urllib.parse import urlsplit

ANSWER = b"<!doctype html><title>slack-bitrix24</title><p>You may close this page and go back to the terminal.</p>"
ONLY = "127.0.0.1"


class _Handler(BaseHTTPRequestHandler):
    timeout = 5.0

    def do_GET(self) -> None:
        """Hand on the address; the page says the same whatever it was."""
        server = self.server
        if isinstance(server, _Server) and urlsplit(self.path).query:
            server.take(self.path)
        self.send_response(200)
        for name, value in (("Content-Type", "text/html; charset=utf-8"), ("Referrer-Policy", "no-referrer")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the address holds the code."""


class _Server(HTTPServer):
    def __init__(self, port: int, take: Callable[[str], None]) -> None:
        self.take = take
        super().__init__((ONLY, port), _Handler)


class Loopback:
    """Calls `take` with the path and query of each request that has one. OSError where the port is taken."""

    def __init__(self, port: int, take: Callable[[str], None]) -> None:
        self._server = _Server(port, take)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="loopback", daemon=True)

    @property
    def url(self) -> str:
        """Return the address that the browser is sent to."""
        return f"http://{ONLY}:{self._server.server_address[1]}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
