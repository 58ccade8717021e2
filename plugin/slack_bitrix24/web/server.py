"""Serve the web application from a thread, and end within the grace time."""

from __future__ import annotations

import logging
import socket
import threading
import time

import uvicorn
from fastapi import FastAPI

GRACE = 3


class WebServer:
    """Binds at once, so that a taken port stops the start with an OSError."""

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, port), family=family, backlog=512)
        self.port: int = self.socket.getsockname()[1]
        config = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE, lifespan="off", server_header=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self.socket],), name="web", daemon=True)

    def start(self) -> None:
        """Begin to answer; returns when the first request would be."""
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Finish the requests in hand."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(GRACE + 1)
        self.socket.close()
