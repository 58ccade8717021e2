"""Socket Mode: two connections to Slack, watched, so that one may die unnoticed by anybody.

The websocket-client adapter of Bolt, because the built-in client spins for a minute on a dropped connection and breaks
on bursts; what it lacks is added here: a half-open connection (nothing heard for 20 s, not even a pong) is replaced.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPException

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.websocket_client import SocketModeClient

from slack_bitrix24 import metrics
from slack_bitrix24.listeners.workspace import is_temporary, word_of

log = logging.getLogger(__name__)

CONNECTIONS = 2
PING = 5.0
"""Seconds between our pings."""
SILENCE = 20.0
"""Seconds without a frame or a pong after which a connection is taken for dead."""
LOOK = 1.0
LONGEST_PAUSE = 30.0
CLOSING = 3.0
"""Seconds that closing may take; what hangs longer ends with the process."""


class Socket:
    """Keep the connections open until `stop`. `refused` holds Slack's word when it refuses the app token.

    `refuse` is called with that word when it does so for good before there ever was a connection.
    """

    def __init__(self, app: App, app_token: str, *, refuse: Callable[[str], None]) -> None:
        quiet = logging.getLogger("slack_bitrix24.socket")
        quiet.setLevel(logging.ERROR)  # its warnings are what this module does on purpose
        self.handlers = [
            SocketModeHandler(app, app_token, logger=quiet, web_client=app.client, ping_interval=PING, concurrency=20)
            for _ in range(CONNECTIONS)
        ]
        self.refused = ""
        self._refuse = refuse
        self._ever = False
        self._heard: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="socket")
        for handler in self.handlers:
            hear = partial(self._hear, handler.client)
            handler.client.on_message_listeners.append(hear)
            handler.client.on_open_listeners.append(hear)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    @property
    def connected(self) -> int:
        """Return how many connections are open and heard from."""
        return sum(1 for handler in self.handlers if self._alive(handler.client))

    def stop(self) -> None:
        """Close the connections; requests in hand are finished first."""
        self._stop.set()
        self._thread.join()
        logging.getLogger("slack_bitrix24.socket").setLevel(logging.CRITICAL)  # what comes in now, Slack sends again
        closing = [threading.Thread(target=_close, args=(handler,), daemon=True) for handler in self.handlers]
        for thread in closing:
            thread.start()
        end = time.monotonic() + CLOSING
        for thread in closing:
            thread.join(max(0.0, end - time.monotonic()))
        metrics.SLACK_UP.set(0)

    def _hear(self, client: SocketModeClient, *_: object) -> None:
        self._heard[id(client)] = time.time()

    def _alive(self, client: SocketModeClient) -> bool:
        session = client.current_session
        if session is None or not client.is_connected():
            return False
        heard = max(self._heard.get(id(client), 0.0), float(session.last_pong_tm))
        return time.time() - heard < SILENCE

    def _run(self) -> None:
        pause, wait, said = LOOK, 0.0, ""
        began = dict.fromkeys(range(CONNECTIONS), 0.0)
        while not self._stop.wait(wait):
            wait = LOOK
            metrics.SLACK_UP.set(self.connected)
            for number, handler in enumerate(self.handlers):
                if self._alive(handler.client) or time.time() - began[number] < min(SILENCE, pause * 2):
                    continue
                began[number] = time.time()
                if problem := self._connect(handler.client):
                    pause = wait = min(LONGEST_PAUSE, pause * 2)
                    if problem != said:
                        log.warning("Slack can't be reached, trying on: %s", problem)
                    said = problem
                    break
                pause, said = LOOK, ""

    def _connect(self, client: SocketModeClient) -> str:
        """Open a new connection; return why it could not be asked for, or an empty string."""
        try:
            client.connect_to_new_endpoint(force=True)
        except SlackApiError as error:
            self.refused = word_of(error)
            if not self._ever and not is_temporary(error):
                self._refuse(self.refused)
                self._stop.set()
            return f"Slack refuses the app token: {self.refused}"
        except (OSError, HTTPException) as error:
            return str(error)
        self.refused, self._ever = "", True
        return ""


def _close(handler: SocketModeHandler) -> None:
    client = handler.client
    client.auto_reconnect_enabled = False
    client.message_workers.shutdown(wait=True)
    runner, session = client.current_session_runner, client.current_session
    runner.event.set()
    if session is not None and session.sock is not None and session.sock.sock is not None:
        session.keep_running = False
        with contextlib.suppress(OSError):
            # The reader sits in select() for up to 10 s; the end of the stream wakes it, unless the socket is closed
            # before it looks.
            session.sock.sock.shutdown(socket.SHUT_RDWR)
    if runner.is_alive():
        runner.thread.join(CLOSING / 2)
    handler.close()  # type: ignore[no-untyped-call]
